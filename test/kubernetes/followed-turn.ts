import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../support/api-client.js';
import type { EventStream, StreamEvent } from '../support/event-stream.js';
import { followTurn } from '../support/turns.js';

/** Milliseconds before a stream that has broken off is opened again. */
const RETRY_MS = 50;

/** A turn as a client has seen it that resumes its stream whenever that breaks off. */
export class FollowedTurn {
  readonly events: StreamEvent[] = [];
  resumes = 0;

  constructor(
    private readonly client: ApiClient,
    private readonly conversationId: string,
    private readonly turnId: string,
  ) {}

  /** Until the stream says that it is done. Without a stream, from the beginning of the turn. */
  async follow(first?: EventStream): Promise<this> {
    let stream = first ?? (await this.open());
    for (;;) {
      const { response } = stream;
      if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
      this.events.push(...stream.events);
      if (stream.isDone) return this;
      this.resumes++;
      stream = await this.open();
    }
  }

  /** The numbers of its events. An event that only the client's own stream has got has none. */
  get seqs(): readonly number[] {
    return this.events.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
  }

  /** Whether it has each event once and in order. */
  get isWhole(): boolean {
    return this.seqs.every((seq, i) => seq === i + 1);
  }

  get lastType(): unknown {
    return this.events.findLast(({ chunk }) => chunk !== undefined)?.chunk?.['type'];
  }

  private async open(): Promise<EventStream> {
    for (;;) {
      const after = this.seqs.at(-1) ?? 0;
      const stream = await followTurn(this.client, this.conversationId, this.turnId, after).catch(
        () => undefined,
      );
      if (stream?.status === 200) return stream;
      if (stream && stream.status < 500) throw new Error(`The stream is gone: ${stream.status}`);
      await delay(RETRY_MS);
    }
  }
}
