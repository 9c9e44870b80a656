import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes that the buffer of a connection takes at once. A body of this size costs no more memory. */
const ONE_READ = 64 * 1024;

/** How many bodies of the largest size may be in memory or on their way. */
const BODIES = 32;

/**
 * A bound on the bytes of large bodies, from when a body is announced until its request ends. The
 * service reads a body before it verifies the token: without a bound, anybody could make the process
 * run out of memory.
 */
export class LargeBodies {
  private reserved = 0;

  constructor(private readonly bodyLimit: number) {}

  /** Reserves the bytes of the body of this request; false when there are not so many left. */
  tryReserve(request: IncomingMessage, response: ServerResponse): boolean {
    const size = this.sizeOf(request);
    if (size <= ONE_READ) return true;
    if (this.reserved + size > BODIES * this.bodyLimit) return false;
    this.reserved += size;
    this.releaseAtEnd(request, response, size);
    return true;
  }

  /**
   * Releases at the first of two events. A request that is cut off in its body may never end. A
   * response behind another one on its connection emits no `close` when the connection closes.
   */
  private releaseAtEnd({ socket }: IncomingMessage, response: ServerResponse, size: number): void {
    const release = (): void => {
      response.off('close', release);
      socket.off('close', release);
      this.reserved -= size;
    };
    response.on('close', release);
    socket.on('close', release);
  }

  /** The announced size, and no more than the limit: Fastify reads no more. */
  private sizeOf({ headers }: IncomingMessage): number {
    if (headers['transfer-encoding'] !== undefined) return this.bodyLimit;
    return Math.min(Number(headers['content-length'] ?? 0), this.bodyLimit);
  }
}
