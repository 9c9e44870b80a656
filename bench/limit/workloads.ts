import assert from 'node:assert/strict';
import { ApiClient, CONVERSATIONS } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { roundRobin, toBytes } from '../load/requests.js';
import { TEXT, type Workload } from '../load/workloads.js';

const USERS = 50;

export interface LimitWorkload extends Workload {
  /** The answer of a server to one of the requests. Of an answer that is new each time, its shape. */
  readonly fetchAnswer: (url: string) => Promise<unknown>;
}

/** Servers that give different answers cannot be compared. */
export async function assertSameAnswers(
  ours: ServiceProcess,
  other: ServiceProcess,
  { name, fetchAnswer }: LimitWorkload,
): Promise<void> {
  const [mine, theirs] = await Promise.all([fetchAnswer(ours.url), fetchAnswer(other.url)]);
  assert.deepEqual(theirs, mine, name);
}

/** For 50 users. Each has 25 conversations, one of which has 50 messages. */
export async function prepareWorkloads(service: ServiceProcess): Promise<LimitWorkload[]> {
  const appends: Buffer[] = [];
  const reads: Buffer[] = [];
  const lists: Buffer[] = [];
  const example = { append: '', read: '', token: '' };
  for (let user = 0; user < USERS; user++) {
    const client = service.client();
    const messages = Array.from({ length: 50 }, () => ({ content: TEXT }));
    const { body } = await client.post(CONVERSATIONS, { messages });
    const other = await client.post(CONVERSATIONS, { messages: [], title: 'to append to' });
    for (let i = 2; i < 25; i++) await client.post(CONVERSATIONS, { messages: [] });
    const path = `${CONVERSATIONS}/${body.id}?messages=50`;
    reads.push(toBytes(client, 'GET', path));
    lists.push(toBytes(client, 'GET', `${CONVERSATIONS}?limit=20`));
    const appendPath = `${CONVERSATIONS}/${other.body.id}/messages`;
    appends.push(toBytes(client, 'POST', appendPath, APPEND));
    Object.assign(example, { append: appendPath, read: path, token: client.token });
  }
  const on = (url: string): ApiClient => new ApiClient(url, example.token);
  return [
    {
      name: 'append a message',
      next: roundRobin(appends),
      fetchAnswer: async (url) => shapeOf((await on(url).post(example.append, APPEND)).body),
    },
    {
      name: 'read the last 50 messages',
      next: roundRobin(reads),
      fetchAnswer: async (url) => (await on(url).get(example.read)).body,
    },
    {
      name: 'list 20 conversations',
      next: roundRobin(lists),
      fetchAnswer: async (url) => (await on(url).get(`${CONVERSATIONS}?limit=20`)).body.data,
    },
  ];
}

const APPEND = { messages: [{ content: TEXT }] };

/** The same structure, with the type of each value instead of the value. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Array.isArray(value)) return value.map(shapeOf);
  const entries = Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
  return Object.fromEntries(entries) as unknown;
}
