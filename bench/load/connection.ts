import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer: its status, and how long it took in milliseconds. */
export interface Answer {
  readonly status: number;
  readonly ms: number;
}

/**
 * All connections receive into the same bytes, since each is done with them at once. With new ones for
 * every answer the generator's collector stopped it for 5 ms twice a second, which looked as if the
 * service had.
 */
const RECEIVED = Buffer.allocUnsafe(64 * 1024);

/**
 * A keep-alive connection that sends prepared bytes and looks at no more of an answer than where it
 * ends. Node's own client costs more than what is measured.
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

  /** One at a time. `since` is when it was due; a status of 0 is a connection that broke. */
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
