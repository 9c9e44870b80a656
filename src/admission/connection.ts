import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { transferredBytes } from './transferred-bytes.js';

/** Reading pauses when so many requests wait for the answers before them. */
const PAUSE_AT = 16;

/** Reading goes on when no more requests than this wait. */
const RESUME_AT = 4;

/** A connection of a client, and the one request of it that is in work. */
export class Connection {
  private request: IncomingMessage | undefined;
  private response: ServerResponse | undefined;
  private hasServed = false;
  private waitingRequests = 0;
  private isPaused = false;
  private transferred = 0;
  private transferredAt = 0;

  constructor(readonly socket: Socket) {
    // Node resumes reading for reasons of its own: for the body of the request in work, or at its end.
    socket.on('resume', () => {
      if (this.isPaused) socket.pause();
    });
  }

  /** Requests that Node has parsed, and that wait for the answers before them. */
  get waiting(): number {
    return this.waitingRequests;
  }

  /** No request is in work or on its way, and every answer has been sent. */
  get isIdle(): boolean {
    if (this.waitingRequests > 0 || this.socket.writableLength > 0) return false;
    if (this.response) return this.response.writableFinished;
    return this.hasServed || this.socket.bytesRead === 0;
  }

  /** A request is in work, or its answer is on its way. */
  get isServing(): boolean {
    return this.response !== undefined && !this.response.writableFinished;
  }

  /** The request in work has its answer, at least the head of it, before the rest of its body has come. */
  get isAnsweredEarly(): boolean {
    return this.request?.complete === false && this.response?.headersSent === true;
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    this.request = request;
    this.response = response;
  }

  addWaiting(): void {
    this.waitingRequests++;
    if (this.isPaused || this.waitingRequests < PAUSE_AT) return;
    this.isPaused = true;
    this.socket.pause();
  }

  removeWaiting(): void {
    this.waitingRequests--;
    if (!this.isPaused || this.waitingRequests > RESUME_AT) return;
    this.isPaused = false;
    this.socket.resume();
  }

  /** Milliseconds for which the client has neither sent nor taken a byte of what is due. */
  stalledFor(now: number): number {
    this.forgetServed();
    const transferred = transferredBytes(this.socket);
    if (transferred !== this.transferred || !this.isClientDue) {
      this.transferred = transferred;
      this.transferredAt = now;
    }
    return now - this.transferredAt;
  }

  /** The client has to take bytes, to send the rest of a body, or to close its side. */
  private get isClientDue(): boolean {
    const { writableLength, writableEnded } = this.socket;
    return writableLength > 0 || writableEnded || this.request?.complete === false;
  }

  /** An idle connection holds no request in memory. */
  private forgetServed(): void {
    if (!this.response?.writableFinished || !this.request?.complete) return;
    this.request = undefined;
    this.response = undefined;
    this.hasServed = true;
  }
}
