import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CONVERSATIONS, type ApiClient, type ConversationBody } from '../support/api-client.js';
import type { ServiceProcess } from '../support/service-process.js';

const USERS = 20;
const STATUSES = ['active', 'completed', 'archived'];

/** A conversation as the answers to its writes say it is. */
interface Expected {
  readonly user: number;
  count: number;
  lastText: string;
}

/**
 * Users who write to whichever process serves them, and what they were promised. A request that fails because its
 * process stops is sent again with its key, to the process that serves them by then.
 */
export class MovingTraffic {
  /** By id: of every conversation that is not deleted. */
  readonly living = new Map<string, Expected>();
  readonly deleted = new Set<string>();
  private readonly tenant = randomUUID();
  private running: Promise<void>[] = [];
  private isStopped = false;

  constructor(private service: ServiceProcess) {}

  /** Sends everything to this process from now on. */
  moveTo(service: ServiceProcess): void {
    this.service = service;
  }

  /** Creates conversations of all kinds, and deletes one in ten. */
  async fill(count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, i) => i).values();
    const worker = async (): Promise<void> => {
      for (const i of ids) {
        const id = await this.create(i % USERS, i);
        if (i % 10 === 9) await this.delete(id);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
  }

  /** Creates, appends and deletes until it is stopped. */
  start(): void {
    this.isStopped = false;
    this.running = Array.from({ length: 4 }, (_, user) => this.write(user));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.running);
  }

  /** Everything that all users have, by id. The deadlines are of the drivers, which differ. */
  async export(): Promise<Map<string, unknown>> {
    const all = new Map<string, unknown>();
    for (let user = 0; user < USERS; user++) {
      const { status, text } = await this.client(user).get(`${CONVERSATIONS}/export`);
      if (status !== 200) throw new Error(`The export was answered ${status}.`);
      for (const line of text.split('\n').filter(Boolean)) {
        const conversation = JSON.parse(line) as ConversationBody & { expiresAt: unknown };
        all.set(conversation.id, { ...conversation, expiresAt: undefined });
      }
    }
    return all;
  }

  /** What an export should have, in short. */
  expected(): Map<string, { messageCount: number; lastText: string }> {
    return new Map(
      [...this.living].map(([id, { count, lastText }]) => [id, { messageCount: count, lastText }]),
    );
  }

  private async write(user: number): Promise<void> {
    for (let i = 0; !this.isStopped; i++) {
      const id = await this.create(user, 0);
      for (let j = 0; j < 3; j++) await this.append(user, id);
      if (i % 4 === 0) await this.delete(id);
      await delay(20);
    }
  }

  private async create(user: number, kind: number): Promise<string> {
    const texts = Array.from({ length: 1 + (kind % 12) }, () => randomUUID());
    const body = await this.send(user, 'POST', CONVERSATIONS, {
      ...(kind % 3 === 0 && { title: `Title ${kind}`, externalId: randomUUID() }),
      ...(kind % 5 === 0 && { metadata: { kind: String(kind) } }),
      messages: texts.map((content) => ({ content })),
    });
    this.living.set(body.id, { user, count: texts.length, lastText: texts.at(-1) as string });
    const status = STATUSES[kind % 3];
    if (status !== 'active')
      await this.send(user, 'PATCH', `${CONVERSATIONS}/${body.id}`, { status });
    return body.id;
  }

  private async append(user: number, id: string): Promise<void> {
    const content = randomUUID();
    await this.send(user, 'POST', `${CONVERSATIONS}/${id}/messages`, { messages: [{ content }] });
    const expected = this.living.get(id) as Expected;
    expected.count++;
    expected.lastText = content;
  }

  private async delete(id: string): Promise<void> {
    const { user } = this.living.get(id) as Expected;
    await this.send(user, 'DELETE', `${CONVERSATIONS}/${id}`);
    this.living.delete(id);
    this.deleted.add(id);
  }

  private async send(user: number, method: string, path: string, body?: unknown) {
    const headers = method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.client(user).request(method, path, body, headers);
        // The answer to an earlier attempt may have been lost.
        if (answer.status < 300 || (method === 'DELETE' && attempt > 0 && answer.status === 404)) {
          return answer.body;
        }
        if (answer.status !== 503) throw new Error(`${method} ${path}: ${answer.text}`);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      if (attempt > 500) throw new Error(`${method} ${path} is not answered.`);
      await delay(20);
    }
  }

  private client(user: number): ApiClient {
    return this.service.client({ sub: `user-${user}`, tid: this.tenant });
  }
}
