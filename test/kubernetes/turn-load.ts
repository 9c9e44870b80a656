import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../support/api-client.js';
import type { EventStream } from '../support/event-stream.js';
import { aConversation, openTurn, script } from '../support/turns.js';
import { FollowedTurn } from './followed-turn.js';
import type { ServiceProxy } from './service-proxy.js';

/** Milliseconds between two events of a turn. */
export const EVENT_MS = 50;
const RETRY_MS = 50;

/** A turn that a client has begun, and that another one follows from wherever its connection leads. */
export interface LoadTurn {
  /** The port of the pod that has run it. */
  readonly pod: number | undefined;
  readonly views: readonly FollowedTurn[];
}

/** Chats that run one turn after the other until they are stopped. */
export class TurnLoad {
  readonly turns: LoadTurn[] = [];
  /** Turns whose request got no answer and was repeated under its key. */
  reopened = 0;
  private isOver = false;
  private readonly running: Promise<unknown>;

  constructor(
    private readonly proxy: ServiceProxy,
    private readonly turnMs: number,
    chats = 6,
  ) {
    this.running = Promise.all(Array.from({ length: chats }, () => this.chat()));
  }

  get views(): readonly FollowedTurn[] {
    return this.turns.flatMap(({ views }) => views);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async chat(): Promise<void> {
    const client = ApiClient.for(this.proxy.url);
    const id = await aConversation(client);
    while (!this.isOver) {
      const stream = await this.begin(client, id);
      if (!stream) continue;
      const pod = this.proxy.podOf(stream.response.socket.localPort ?? 0);
      const views = await Promise.all([
        new FollowedTurn(client, id, stream.turnId).follow(stream),
        new FollowedTurn(client, id, stream.turnId).follow(),
      ]);
      this.turns.push({ pod, views });
    }
  }

  private async begin(client: ApiClient, id: string): Promise<EventStream | undefined> {
    const message = script(['count', { to: Math.ceil(this.turnMs / EVENT_MS), everyMs: EVENT_MS }]);
    const key = randomUUID();
    while (!this.isOver) {
      const stream = await openTurn(client, id, message, { key, onConflict: 'enqueue' }).catch(
        () => undefined,
      );
      if (stream?.status === 200) return stream;
      this.reopened++;
      await delay(RETRY_MS);
    }
    return undefined;
  }
}
