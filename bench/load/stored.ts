import { CONVERSATIONS, type ApiBody, type ApiClient } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { concurrently } from './filling.js';
import { answer, toBytes } from './requests.js';
import { TEXT } from './workloads.js';

const MOST_A_WRITE = 100;

/** A conversation, and the client of its owner. */
export interface Stored {
  readonly client: ApiClient;
  readonly path: string;
}

/**
 * Creates conversations, `each` for every user, with so many messages. Through HTTP: the service may
 * have any driver, also that of another checkout.
 */
export async function store(
  service: ServiceProcess,
  { users, each, messages }: { users: number; each: number; messages: number },
): Promise<Stored[]> {
  const clients = Array.from({ length: users }, () => service.client());
  // One token after the other: older checkouts lose requests whose tokens they verify at the same time.
  for (const client of clients) await answer(client.get(CONVERSATIONS));
  const owners = Array.from({ length: each }, () => clients).flat();
  const stored: Stored[] = [];
  await concurrently(owners, async (client) => {
    stored.push(await create(client, messages));
  });
  return stored;
}

async function create(client: ApiClient, messages: number): Promise<Stored> {
  const first = newTexts(Math.min(messages, MOST_A_WRITE));
  const { id } = await answer<ApiBody>(client.post(CONVERSATIONS, { messages: first }));
  const path = `${CONVERSATIONS}/${id}`;
  for (let there = MOST_A_WRITE; there < messages; there += MOST_A_WRITE) {
    const next = newTexts(Math.min(messages - there, MOST_A_WRITE));
    await answer(client.post(`${path}/messages`, { messages: next }));
  }
  return { client, path };
}

function newTexts(count: number): unknown[] {
  return Array.from({ length: count }, () => ({ content: TEXT }));
}

export function appendBytes({ client, path }: Stored): Buffer {
  return toBytes(client, 'POST', `${path}/messages`, { messages: newTexts(1) });
}

export function readLastBytes(count: number): (stored: Stored) => Buffer {
  return ({ client, path }) => toBytes(client, 'GET', `${path}?messages=${count}`);
}

/** A page of 20 conversations, of a user who has so many. */
export async function prepareList(
  service: ServiceProcess,
  conversations: number,
): Promise<() => Buffer> {
  const stored = await store(service, { users: 1, each: conversations, messages: 1 });
  const { client } = stored[0] as Stored;
  const request = toBytes(client, 'GET', `${CONVERSATIONS}?limit=20`);
  return () => request;
}
