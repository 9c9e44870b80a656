import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Connection } from './connection.js';

declare module 'node:net' {
  interface Socket {
    /** Here and not in a Map, because every request looks it up. */
    connectionOfClient?: Connection;
  }
}

/**
 * Requests of one connection that wait at most. Node parses what it has read at once, which is 64 KiB:
 * these are as many requests of 64 bytes, and no request with a token is so short.
 */
const MAX_WAITING_OF_CONNECTION = 1_024;

/** Requests that wait behind others in the process at most. Each takes about 5 KB. */
const MAX_WAITING = 8_192;

/** The connections are looked through so many times while one of them stalls. */
const SWEEPS = 6;

type Work = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The connections of a process. A connection has one request in work: the next one waits until the
 * client has taken the answer before it. A connection whose client stalls is reset.
 */
export class Connections {
  private readonly connections = new Set<Connection>();
  private waiting = 0;
  private abandoned = 0;
  private sweeping: NodeJS.Timeout | undefined;

  /** `stalledMs`: a client may make no progress for so many milliseconds. */
  constructor(private readonly stalledMs: () => number) {}

  get size(): number {
    return this.connections.size;
  }

  /** Requests that are in work, or whose answers are on their way. */
  get servedRequests(): number {
    let served = 0;
    for (const connection of this.connections) if (connection.isServing) served++;
    return served;
  }

  /** Requests whose connections were closed before their answers were sent. */
  get abandonedRequests(): number {
    return this.abandoned;
  }

  /** Requests that Node has parsed, and that wait for the answers before them. */
  get waitingRequests(): number {
    return this.waiting;
  }

  add(socket: Socket): Connection {
    const connection = new Connection(socket);
    socket.connectionOfClient = connection;
    this.connections.add(connection);
    this.sweeping ??= this.startSweeping();
    socket.once('close', () => {
      this.connections.delete(connection);
      this.waiting -= connection.waiting;
      if (connection.isServing) this.abandoned++;
      if (this.connections.size > 0) return;
      clearInterval(this.sweeping);
      this.sweeping = undefined;
    });
    return connection;
  }

  /** Starts the work once the answers before this request on its connection have been sent. */
  enter(request: IncomingMessage, response: ServerResponse, work: Work): void {
    const connection = request.socket.connectionOfClient ?? this.add(request.socket);
    if (response.socket === null) {
      this.wait(connection, request, response, work);
    } else {
      connection.begin(request, response);
      work(request, response);
    }
  }

  /** Closes the connections that have nothing in work. */
  closeIdle(): void {
    for (const connection of this.connections) {
      if (connection.isIdle) connection.socket.destroy();
    }
  }

  /** Node assigns the socket to a response when the answer before it has been handed to the kernel. */
  private wait(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    work: Work,
  ): void {
    const { socket } = connection;
    if (socket.destroyed) return;
    this.waiting++;
    connection.addWaiting();
    if (this.hasTooManyWaiting(connection)) {
      socket.resetAndDestroy();
      return;
    }
    response.once('socket', () => {
      // After this event, Node sends what the response has so far: 100 Continue.
      process.nextTick(() => {
        if (socket.destroyed) return;
        this.waiting--;
        connection.removeWaiting();
        connection.begin(request, response);
        work(request, response);
      });
    });
  }

  private hasTooManyWaiting({ waiting }: Connection): boolean {
    return waiting > MAX_WAITING_OF_CONNECTION || (waiting > 1 && this.waiting > MAX_WAITING);
  }

  private startSweeping(): NodeJS.Timeout {
    return setInterval(() => this.resetStalled(), this.stalledMs() / SWEEPS).unref();
  }

  private resetStalled(): void {
    const now = performance.now();
    const stalledMs = this.stalledMs();
    for (const connection of this.connections) {
      if (connection.stalledFor(now) >= stalledMs) connection.socket.resetAndDestroy();
    }
  }
}
