import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { isReply, lacksResources, needsOperator } from './error-reply.js';
import { SilenceError } from './silence.error.js';

/** Milliseconds between two statements of the heartbeat, and between two attempts to connect. */
const INTERVAL_MS = 500;

/** Milliseconds until the next attempt when an operator has to act first. */
const DENIED_INTERVAL_MS = 5_000;

/** Milliseconds without an answer after which the server counts as silent. */
const SILENCE_MS = 2_000;

export interface HeartbeatListener {
  /** The server answers: for the first time, or again. */
  onReady(): void;
  /** The server does not answer any more, or did not at the first attempt. */
  onAway(): void;
  /** An attempt failed. */
  onFailure(error: Error): void;
}

/**
 * Knows whether PostgreSQL answers. An open connection is no proof of it: the connection to a server that
 * is stopped or cut off stays open. The heartbeat has a connection of its own, since those of the pool may
 * be at work on long statements. While PostgreSQL is away, the store refuses requests at once.
 */
export class PostgresHeartbeat {
  private answers: boolean | undefined;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly openSocket: () => Socket,
    private readonly createClient: (socket: Socket) => Client,
    private readonly listener: HeartbeatListener,
    /** What a connection waits for before it is opened: a token. */
    private readonly prepare: () => Promise<unknown> = () => Promise.resolve(),
  ) {}

  /** Whether PostgreSQL has not answered yet, or does not any more. */
  get isAway(): boolean {
    return this.answers !== true;
  }

  /** Resolves when the first attempt has succeeded or has failed. */
  start(): Promise<void> {
    return new Promise((resolve) => void this.run(resolve));
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.socket?.destroy();
  }

  private async run(onOutcome: () => void): Promise<void> {
    while (!this.isStopped) {
      const { error, beats } = await this.followConnection(onOutcome);
      // A connection that was lost says little of the server: the next attempt tells more.
      if (beats > 1 && !(error instanceof SilenceError)) continue;
      this.fail(error);
      onOutcome();
      await this.sleep(isReply(error) && needsOperator(error) ? DENIED_INTERVAL_MS : INTERVAL_MS);
    }
    onOutcome();
  }

  /** Connects, and sends statements until the connection fails. */
  private async followConnection(onBeat: () => void): Promise<{ error: Error; beats: number }> {
    const failure = await this.prepare().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    if (failure || this.isStopped) return { error: failure ?? new Error('Stopped.'), beats: 0 };
    const socket = (this.socket = this.openSocket());
    const client = this.createClient(socket);
    // What fails rejects the statement as well, or the next one.
    client.on('error', () => undefined);
    let beats = 0;
    try {
      await inTime(client.connect());
      for (;;) {
        await inTime(client.query('SELECT 1'));
        beats++;
        this.succeed();
        onBeat();
        await this.sleep(INTERVAL_MS);
      }
    } catch (error) {
      return { error: error as Error, beats };
    } finally {
      // The end of a session that nobody reads would keep the socket open for minutes.
      socket.destroy();
    }
  }

  private succeed(): void {
    if (this.isStopped || this.answers === true) return;
    this.answers = true;
    this.listener.onReady();
  }

  private fail(error: Error): void {
    if (this.isStopped) return;
    this.listener.onFailure(error);
    // A server that has no connection left answers on those that the pool has.
    const answers = isReply(error) && lacksResources(error);
    if (this.answers !== false && !answers) this.listener.onAway();
    this.answers = answers;
  }

  /** After stop() it never resolves: nothing goes on. */
  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isStopped) this.timer = setTimeout(resolve, ms).unref();
    });
  }
}

/** @throws SilenceError when the answer takes too long */
async function inTime(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // If this process stood still, the answer has arrived: the event loop reads it before this runs.
      setImmediate(() => reject(new SilenceError()));
    }, SILENCE_MS).unref();
  });
  await Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}
