import type { UIMessageChunk } from 'ai';
import { delay } from '../http/delay.js';
import type { TurnStream } from '../turns/turn-stream.js';

/** Milliseconds that a stop waits for a turn to begin. One that has not begun by then waits in a queue, and leaves it. */
const BEGIN_MS = 2_000;
/** Milliseconds that a stop waits for a turn to end. */
const END_MS = 5_000;

type Chunks = AsyncGenerator<UIMessageChunk, void, undefined>;

/** A turn that a chat follows. The chat reads it, and may stop it or leave it. */
export class FollowedTurn {
  private chunks: Chunks | undefined;
  private isStopped = false;
  private hasEnded = false;

  /**
   * @param starting the stream, once the service has answered; undefined when there is none
   * @param connection aborts the request and the stream
   */
  constructor(
    private readonly starting: Promise<TurnStream | undefined>,
    private readonly connection: AbortController,
  ) {
    starting.catch(() => undefined);
  }

  /** What the chat reads: a chunk at a time, so that an error comes behind every chunk before it. */
  read(chunks: Chunks): ReadableStream<UIMessageChunk> {
    this.chunks = chunks;
    return new ReadableStream<UIMessageChunk>(
      {
        pull: async (controller) => {
          const { done, value } = await chunks.next();
          if (done !== true) controller.enqueue(value);
          else {
            this.hasEnded = true;
            controller.close();
          }
        },
        cancel: () => {
          // A stop reads on by itself, until the turn has ended.
          if (!this.isStopped) this.leave();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Says that a stop is coming: until then, the end of the reading does not close the connection. */
  holdForStop(): void {
    this.isStopped = true;
  }

  /** Closes the connection. The turn runs on, and the chat can come back to it. */
  leave(): void {
    this.connection.abort();
  }

  /** Asks the turn to end. The stream goes on until the turn has ended. @throws ProblemError */
  async cancel(): Promise<void> {
    if (!this.hasEnded) await (await this.starting)?.cancel();
  }

  /** Ends the turn, and waits until it has ended. Never rejects: a turn that cannot be cancelled runs on. */
  async stop(): Promise<void> {
    this.holdForStop();
    try {
      const stream = await Promise.race([this.starting, delay(BEGIN_MS)]);
      await stream?.cancel();
      if (stream) await Promise.race([this.readToEnd(stream), delay(END_MS)]);
    } catch {
      // The chat has left it already, and finds the turn running the next time.
    } finally {
      this.leave();
    }
  }

  private async readToEnd(stream: TurnStream): Promise<void> {
    const rest = this.chunks ?? stream[Symbol.asyncIterator]();
    while ((await rest.next()).done !== true);
  }
}
