import type { Socket } from 'node:net';

/** What Node counts for a socket, and keeps private. */
interface Handle {
  readonly bytesRead: number;
  /** Bytes that were handed over, whether the kernel has taken them or not. */
  readonly bytesWritten: number;
  /** Bytes that were handed over, and that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/**
 * The bytes that the kernel has exchanged for this socket. `socket.bytesWritten` does not serve: it
 * counts a byte when it is queued, so a client that takes nothing would seem to make progress.
 */
export function transferredBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: Handle | null };
  return handle ? handle.bytesRead + handle.bytesWritten - handle.writeQueueSize : 0;
}
