import type { UIMessageChunk } from 'ai';
import { delay, unlessAborted } from '../http/delay.js';
import type { TurnStream } from '../turns/turn-stream.js';

/** Milliseconds that a stop waits for a turn to begin. One that has not begun by then waits in a queue, and leaves it. */
const BEGIN_MS = 2_000;
/** Milliseconds that a stop holds up the next turn at most, whatever the network does. */
const STOP_MS = 5_000;

type Chunks = AsyncGenerator<UIMessageChunk, void, undefined>;

/** A turn that a chat follows. The chat reads it, and may stop it or leave it. */
export class FollowedTurn {
  /** Made in one place: whoever reads them, the chat or a stop, learns where the messages are stored. */
  private readonly chunks: Promise<Chunks | undefined>;
  private isStopped = false;
  private isLeft = false;
  private hasBegun = false;
  private hasEnded = false;

  /**
   * @param starting the stream, once the service has answered; undefined when there is none
   * @param connection aborts the request and the stream
   * @param toChunks what the chat reads of the stream
   */
  constructor(
    private readonly starting: Promise<TurnStream | undefined>,
    private readonly connection: AbortController,
    toChunks: (stream: TurnStream) => Chunks,
  ) {
    this.chunks = starting.then((stream) => stream && toChunks(stream));
    this.chunks.catch(() => undefined);
  }

  /**
   * What the chat reads; null when no turn runs.
   * @throws ProblemError, and the reason of the signal when that aborts before the service has answered
   */
  async read(signal: AbortSignal | undefined): Promise<ReadableStream<UIMessageChunk> | null> {
    const chunks = await unlessAborted(this.chunks, signal);
    return chunks ? this.toReadable(chunks) : null;
  }

  /** A chunk at a time, so that an error comes behind every chunk before it. */
  private toReadable(chunks: Chunks): ReadableStream<UIMessageChunk> {
    return new ReadableStream<UIMessageChunk>(
      {
        pull: async (controller) => {
          const { done, value } = await chunks.next();
          if (done !== true) controller.enqueue(value);
          else {
            this.hasEnded = true;
            controller.close();
          }
          this.hasBegun = true;
          if (this.isLeft) this.close();
        },
        cancel: () => {
          // A stop reads on by itself, until the turn has ended.
          if (!this.isStopped) this.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Says that a stop is coming: until then, the end of the reading does not close the connection. */
  holdForStop(): void {
    this.isStopped = true;
  }

  /**
   * Closes the connection once the chat has read the first event: before that, the turn may not have begun. The turn runs on,
   * and the chat can come back to it.
   */
  leave(): void {
    this.isLeft = true;
    if (this.hasBegun) this.close();
  }

  /** Takes back {@link leave}, as long as the turn has not begun. */
  stay(): void {
    this.isLeft = false;
  }

  /** Closes the connection. A turn that has begun runs on. */
  close(): void {
    this.connection.abort();
  }

  /** Asks the turn to end. The stream goes on until the turn has ended. @throws ProblemError */
  async cancel(): Promise<void> {
    if (!this.hasEnded) await (await this.starting)?.cancel();
  }

  /**
   * Ends the turn, and waits until it has ended, or for {@link STOP_MS}. Never rejects: a turn that cannot be cancelled runs
   * on.
   */
  async stop(): Promise<void> {
    this.holdForStop();
    const wait = new AbortController();
    const tooLong = delay(STOP_MS, wait.signal).catch(() => undefined);
    await Promise.race([this.end(), tooLong]);
    wait.abort();
  }

  private async end(): Promise<void> {
    const wait = new AbortController();
    try {
      const notBegun = delay(BEGIN_MS, wait.signal).catch(() => undefined);
      const stream = await Promise.race([this.starting, notBegun]);
      if (stream) {
        await stream.cancel();
        await this.readToEnd();
      } else {
        // The answer may be on its way.
        this.starting.then((late) => late?.cancel()).catch(() => undefined);
      }
    } catch {
      // The chat has left it already, and finds the turn running the next time.
    } finally {
      wait.abort();
      this.close();
    }
  }

  private async readToEnd(): Promise<void> {
    const rest = await this.chunks;
    while (rest && (await rest.next()).done !== true);
  }
}
