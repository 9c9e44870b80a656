import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes that a connection's buffer takes at once, whatever is sent. A body within costs no more. */
const ONE_READ = 64 * 1024;

/** How many bodies of the largest size may be here or on their way. */
const BODIES = 32;

/**
 * The bytes of large bodies, from their announcement until the request is over. Bodies are read
 * before a token is looked at: without a bound, anybody could make the process run out of memory.
 */
export class LargeBodies {
  private bytes = 0;

  constructor(private readonly bodyLimit: number) {}

  /** Whether there is room for the body of this request; takes the room if so. */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    const size = this.sizeOf(request);
    if (size <= ONE_READ) return true;
    if (this.bytes + size > BODIES * this.bodyLimit) return false;
    this.bytes += size;
    this.releaseAtEnd(request, response, size);
    return true;
  }

  /**
   * A request that is cut off in its body may have no end, and a response behind another one on its
   * connection has none when the connection goes: whichever of the two comes.
   */
  private releaseAtEnd({ socket }: IncomingMessage, response: ServerResponse, size: number): void {
    const release = (): void => {
      response.off('close', release);
      socket.off('close', release);
      this.bytes -= size;
    };
    response.on('close', release);
    socket.on('close', release);
  }

  /** As announced; at most the limit, since no more is read. */
  private sizeOf({ headers }: IncomingMessage): number {
    if (headers['transfer-encoding'] !== undefined) return this.bodyLimit;
    return Math.min(Number(headers['content-length'] ?? 0), this.bodyLimit);
  }
}
