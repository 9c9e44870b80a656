import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer: its status, and how long it took in milliseconds. */
export interface Answer {
  readonly status: number;
  readonly ms: number;
}

/**
 * All connections receive into one buffer, because each has finished with it when it returns. With a new
 * buffer for every answer, garbage collection stopped the generator for 5 ms twice a second, and the service
 * seemed to be slow.
 */
const RECEIVED = Buffer.allocUnsafe(64 * 1024);

/**
 * A persistent connection that sends prepared bytes, and parses only the status and the end of an answer.
 * Node's own client costs more than the server that is measured.
 */
export class Connection {
  readonly opened: Promise<unknown>;
  private readonly socket: Socket;
  private status = 0;
  private since = 0;
  private missing = 0;
  private head = '';
  private received = 0;
  private answered: ((answer: Answer) => void) | undefined;

  constructor(port: number) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: RECEIVED,
        callback: (bytes) => {
          this.receive(RECEIVED.subarray(0, bytes));
          return true;
        },
      },
    });
    this.opened = once(this.socket, 'connect');
    this.socket.on('error', () => this.finish(0));
    this.socket.on('close', () => this.finish(0));
  }

  /** One request at a time. `since` is when it was due. A status of 0 means that the connection broke. */
  send(request: Buffer, since: number, answered: (answer: Answer) => void): void {
    this.since = since;
    this.answered = answered;
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    if (this.missing > 0) {
      this.missing -= chunk.length;
    } else {
      this.head += chunk.toString('latin1', 0, 2_048);
      this.received += chunk.length;
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.status = Number(this.head.slice(9, 12));
      const length = Number(/content-length: (\d+)/i.exec(this.head)?.[1] ?? 0);
      this.missing = length - (this.received - (end + 4));
    }
    if (this.missing > 0) return;
    this.finish(this.status);
  }

  private finish(status: number): void {
    const { answered } = this;
    this.answered = undefined;
    this.head = '';
    this.received = 0;
    this.missing = 0;
    answered?.({ status, ms: performance.now() - this.since });
  }
}
