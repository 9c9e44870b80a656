import type { Socket } from 'node:net';

/** Commands in one batch at most: Redis begins with a batch while the next one is being made. */
const BATCH = 8;

/**
 * Makes a socket send the commands of one iteration of the event loop in few system calls: a system
 * call for each command costs more than the command.
 */
export function batchWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = 0;
  const send = (): void => {
    corked = 0;
    socket.uncork();
  };
  socket.write = (...args: unknown[]): boolean => {
    if (corked++ === 0) {
      socket.cork();
      setImmediate(() => corked > 0 && send());
    }
    const hasRoom = write(...args);
    if (corked === BATCH) send();
    return hasRoom;
  };
}
