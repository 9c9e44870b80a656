import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '../../bench/load/connection.js';

/** Milliseconds after which an attacker connects again when the service has closed its connection. */
const RECONNECT_MS = 50;

const CONNECTIONS_AT_ONCE = 100;

/** The connections of an attack, and what came of it. All of them are reset when the attack ends. */
export class Attackers {
  /** How often each status came; `closed` counts the connections that the service closed. */
  readonly outcomes = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private readonly end = new AbortController();

  constructor(readonly port: number) {
    // One for each connection.
    setMaxListeners(0, this.end.signal);
  }

  /** A method, because what it returns changes while an attacker waits. */
  isOver(): boolean {
    return this.end.signal.aborted;
  }

  /** Sends a request on each of the connections, the next one when it is answered, until the end. */
  repeat(connections: number, next: () => Buffer): void {
    for (let i = 0; i < connections; i++) void this.repeatOnOne(next);
  }

  /** Sends the bytes on each connection, and takes no answer. Connects again when one is closed. */
  hold(connections: number, bytes: () => Buffer): void {
    void this.openAll(connections, bytes, (socket) => socket.pause());
  }

  /** Sends the bytes on each connection, and takes every answer. Connects again when one is closed. */
  follow(connections: number, bytes: () => Buffer): void {
    void this.openAll(connections, bytes, (socket) => {
      socket.once('data', (chunk: Buffer) => this.count(chunk.toString('latin1', 9, 12)));
      socket.resume();
    });
  }

  /** Sends the beginning of a head on each connection, and then a byte a second. */
  trickle(connections: number, beginning: Buffer): void {
    this.follow(connections, () => beginning);
    const timer = setInterval(() => {
      for (const socket of this.sockets) socket.write('a');
    }, 1_000);
    this.end.signal.addEventListener('abort', () => clearInterval(timer));
  }

  /** Resets every connection. */
  stop(): void {
    this.end.abort();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  private async repeatOnOne(next: () => Buffer): Promise<void> {
    while (!this.isOver()) {
      const connection = new Connection(this.port);
      const close = (): void => connection.close();
      this.end.signal.addEventListener('abort', close);
      for (let isOpen = true; isOpen && !this.isOver();) {
        const { status } = await new Promise<{ status: number }>((resolve) => {
          connection.send(next(), performance.now(), resolve);
        });
        isOpen = status > 0;
        if (!this.isOver()) this.count(isOpen ? String(status) : 'closed');
      }
      this.end.signal.removeEventListener('abort', close);
      connection.close();
      if (!this.isOver()) await delay(RECONNECT_MS);
    }
  }

  private async openAll(
    connections: number,
    bytes: () => Buffer,
    read: (socket: Socket) => void,
  ): Promise<void> {
    for (let i = 0; i < connections && !this.isOver(); i++) {
      this.open(bytes, read);
      if (i % CONNECTIONS_AT_ONCE === CONNECTIONS_AT_ONCE - 1) await delay(RECONNECT_MS / 2);
    }
  }

  private open(bytes: () => Buffer, read: (socket: Socket) => void): void {
    const socket = connect(this.port, '127.0.0.1');
    this.sockets.add(socket);
    read(socket);
    socket.write(bytes());
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.sockets.delete(socket);
      if (this.isOver()) return;
      this.count('closed');
      setTimeout(() => {
        if (!this.isOver()) this.open(bytes, read);
      }, RECONNECT_MS);
    });
  }

  private count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}
