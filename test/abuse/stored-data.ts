import { METADATA_LIMITS } from '../../src/domain/conversation.js';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';

/** As many messages of 60 KB as a body of 1 MiB takes. */
const MESSAGES_PER_WRITE = 16;
const LARGE = 'x'.repeat(60_000);

/** A conversation whose messages have 60 KB each. Returns its path. */
export async function storeLargeConversation(client: ApiClient, messages: number): Promise<string> {
  const path = `${CONVERSATIONS}/${await create(client, {})}`;
  for (let left = messages; left > 0; left -= MESSAGES_PER_WRITE) {
    const count = Math.min(left, MESSAGES_PER_WRITE);
    const body = { messages: Array.from({ length: count }, () => ({ content: LARGE })) };
    await expectCreated(client.post(`${path}/messages`, body));
  }
  return path;
}

/** Conversations with as much metadata as each may have. Returns their ids. */
export async function storeLabelledConversations(
  client: ApiClient,
  count: number,
): Promise<string[]> {
  const { keys, valueLength } = METADATA_LIMITS;
  const labels = Array.from({ length: keys }, (_, i) => [`key-${i}`, 'x'.repeat(valueLength)]);
  const metadata: unknown = Object.fromEntries(labels);
  return storeConversations(client, count, { metadata });
}

/** Conversations with this body. Returns their ids. */
export async function storeConversations(
  client: ApiClient,
  count: number,
  body: object = {},
): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await create(client, body));
  return ids;
}

async function create(client: ApiClient, body: object): Promise<string> {
  return (await expectCreated(client.post(CONVERSATIONS, body))).body.id;
}

async function expectCreated<T extends { status: number }>(response: Promise<T>): Promise<T> {
  const answer = await response;
  if (answer.status !== 201) throw new Error(`Status ${answer.status} instead of 201.`);
  return answer;
}
