import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** Gets the latest failure of a connection, and undefined once the server has answered on it. */
export type ReportFailure = (failure: Error | undefined) => void;

/** The server accepted the connection and has not answered on it: with TLS, not the handshake either. */
export class UnansweredError extends Error {
  constructor(readonly tls: boolean) {
    super('The server accepted the connection and has not answered on it.');
  }
}

/** Reports what happens to a socket until its server has answered, and every error after that. */
export function reportFailures(
  socket: Socket,
  tls: ConnectionOptions | undefined,
  report: ReportFailure,
): void {
  let isOpen = false;
  let isAnswered = false;
  const onAnswer = (): void => {
    isAnswered = true;
    report(undefined);
  };
  socket.once('connect', () => {
    isOpen = true;
    report(new UnansweredError(tls !== undefined));
    if (!tls) socket.once('data', onAnswer);
  });
  socket.once('secureConnect', onAnswer);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // The UnansweredError says more about an open socket than a reset before the first answer does.
    const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    if (!isReset || !isOpen || isAnswered) report(error);
  });
}
