import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConversationStore, Owner } from 'conversation-store';
import { anOwner, rejectsWith, texts } from '../contract/workbench.js';
import { SECRET, storeMuch } from './reseal.js';

/** What a conversation is to be. */
interface Expected {
  readonly id: string;
  messages: readonly string[];
  title: string | undefined;
  metadata: Readonly<Record<string, string>>;
  state: { value: unknown; version: number };
}

type Step = (conversation: Expected) => Promise<void>;

/** Conversations of an owner, and requests for them, one after the other. */
export class ResealTraffic {
  readonly owner: Owner = anOwner();
  readonly gone: string[] = [];
  readonly living: Expected[] = [];
  steps = 0;
  private isStopping = false;

  constructor(
    /** Is called between requests: moves conversations between tiers, say. */
    private readonly between: (owner: Owner) => Promise<void> = async () => undefined,
  ) {}

  async fill(store: ConversationStore, conversations: number, messages: number): Promise<void> {
    for (let i = 0; i < conversations; i++) {
      this.living.push(await this.readAll(store, await storeMuch(store, this.owner, messages)));
    }
  }

  /** Sends requests until it is stopped. */
  async run(store: ConversationStore): Promise<void> {
    const { owner } = this;
    const steps: Step[] = [
      async (one) => {
        const added = [`${this.steps} ${SECRET}`, `${this.steps} again`];
        await store.append(owner, one.id, texts(...added));
        one.messages = [
          ...one.messages,
          ...added.map((text) => contentOf([{ type: 'text', text }])),
        ];
      },
      async (one) => {
        const title = `title ${this.steps} ${SECRET}`;
        await store.update(owner, one.id, { title });
        one.title = title;
      },
      async (one) => {
        await store.update(owner, one.id, { metadata: { step: `${this.steps} ${SECRET}` } });
        one.metadata = { ...one.metadata, step: `${this.steps} ${SECRET}` };
      },
      async (one) => {
        const value = { step: this.steps, SECRET };
        const version = await store.putState(owner, one.id, value, one.state.version);
        one.state = { value, version };
      },
      async (one) => {
        const id = randomUUID();
        const seq = one.messages.length;
        await store.fork(owner, { id, forkedFrom: { id: one.id, seq } });
        this.living.push({ ...one, id, state: { value: null, version: 0 } });
        await this.delete(store, one);
      },
      async (one) => this.check(store, one),
    ];
    while (!this.isStopping) {
      const one = this.living[this.steps % this.living.length] as Expected;
      await (steps[Math.floor(Math.random() * steps.length)] as Step)(one);
      await this.between(owner);
      this.steps++;
    }
  }

  stop(): void {
    this.isStopping = true;
  }

  /** Whether everything is as the requests have left it. */
  async verify(store: ConversationStore): Promise<void> {
    for (const one of this.living) await this.check(store, one);
    for (const id of this.gone) {
      const reading = store.read(this.owner, id, { limit: 1, from: 'end' });
      await rejectsWith(reading, 'conversation-not-found');
    }
    const ids = await store.listIds(this.owner);
    assert.deepEqual([...ids].sort(), this.living.map(({ id }) => id).sort());
  }

  private async delete(store: ConversationStore, one: Expected): Promise<void> {
    await store.delete(this.owner, one.id);
    this.living.splice(this.living.indexOf(one), 1);
    this.gone.push(one.id);
  }

  private async check(store: ConversationStore, one: Expected): Promise<void> {
    assert.deepEqual(await this.readAll(store, one.id), one);
  }

  private async readAll(store: ConversationStore, id: string): Promise<Expected> {
    const { conversation, messages } = await store.read(this.owner, id, {
      limit: 10_000,
      from: 'end',
    });
    const { title, metadata } = conversation;
    const state = await store.getState(this.owner, id);
    return { id, messages: messages.map(({ parts }) => contentOf(parts)), title, metadata, state };
  }
}

function contentOf(parts: unknown): string {
  return JSON.stringify(parts);
}
