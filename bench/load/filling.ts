import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { CONVERSATIONS, type ApiClient } from '../../test/support/api-client.js';
import type { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import type { NewMessage } from '../../src/domain/message.js';
import type { Owner } from '../../src/domain/owner.js';
import type { ConversationStore } from '../../src/store/conversation-store.js';
import { openRedisStore } from '../../src/store/redis/open-redis-store.js';
import { TEXT } from './workloads.js';

const CONCURRENCY = 32;
const MOST_A_WRITE = 100;

/** A conversation of a benchmark, and its owner. */
export interface Filled {
  readonly owner: Owner;
  readonly id: string;
}

/** The driver in this process, without HTTP: a fast way to store data that is not measured. */
export function openStore({ port }: RedisServer): Promise<ConversationStore> {
  return openRedisStore({
    topology: { mode: 'standalone', node: { host: '127.0.0.1', port }, db: 0 },
    timeoutMs: 5_000,
    waitReplicas: 0,
    keyPrefix: 'cs:',
    marks: false,
    ttlMs: 30 * 24 * 3_600_000,
    maxMessagesPerConversation: 1_000_000,
    maxConversationsPerUser: 1_000_000,
    pageBytes: 1024 * 1024,
  });
}

export function someOwners(count: number): Owner[] {
  return Array.from({ length: count }, () => ({ tenantId: randomUUID(), userId: randomUUID() }));
}

/** Creates `count` conversations of so many messages each, divided among the owners. */
export async function fill(
  store: ConversationStore,
  owners: readonly Owner[],
  { count, messages, text = TEXT }: { count: number; messages: number; text?: string },
): Promise<Filled[]> {
  const all = Array.from({ length: count }, (_, i) => ({
    owner: owners[i % owners.length] as Owner,
    id: uuidv7(),
  }));
  await concurrently(all, async ({ owner, id }) => {
    const first = newMessages(Math.min(messages, MOST_A_WRITE), text);
    await store.create(owner, { id, metadata: {}, messages: first });
    for (let there = MOST_A_WRITE; there < messages; there += MOST_A_WRITE) {
      await store.append(owner, id, newMessages(Math.min(messages - there, MOST_A_WRITE), text));
    }
  });
  return all;
}

export function newMessages(count: number, text = TEXT): NewMessage[] {
  const parts = [{ type: 'text', text }];
  return Array.from({ length: count }, () => ({ id: uuidv7(), role: 'user', parts }));
}

export async function concurrently<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  concurrency = CONCURRENCY,
): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** A client with a token of the owner. */
export function clientOf(service: ServiceProcess, { tenantId, userId }: Owner): ApiClient {
  return service.client({ tid: tenantId, sub: userId });
}

export function pathOf({ id }: Filled): string {
  return `${CONVERSATIONS}/${id}`;
}
