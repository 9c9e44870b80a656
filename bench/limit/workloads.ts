import { ApiClient, CONVERSATIONS } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { inTurn, toBytes } from '../load/requests.js';

const USERS = 50;
const TEXT = 'A train to Rome on Friday, with a seat at the window? '.repeat(2);

export interface Workload {
  readonly name: string;
  /** The bytes of the next request. */
  readonly next: () => Buffer;
  /** What a server answers to one of the requests; of what differs each time, the shape. */
  readonly asked: (url: string) => Promise<unknown>;
}

/** For 50 users, each with 25 conversations, one of which has 50 messages. */
export async function prepareWorkloads(service: ServiceProcess): Promise<Workload[]> {
  const appends: Buffer[] = [];
  const reads: Buffer[] = [];
  const lists: Buffer[] = [];
  const asked = { append: '', read: '', token: '' };
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
    Object.assign(asked, { append: appendPath, read: path, token: client.token });
  }
  const on = (url: string): ApiClient => new ApiClient(url, asked.token);
  return [
    {
      name: 'append a message',
      next: inTurn(appends),
      asked: async (url) => shapeOf((await on(url).post(asked.append, APPEND)).body),
    },
    {
      name: 'read the last 50 messages',
      next: inTurn(reads),
      asked: async (url) => (await on(url).get(asked.read)).body,
    },
    {
      name: 'list 20 conversations',
      next: inTurn(lists),
      asked: async (url) => (await on(url).get(`${CONVERSATIONS}?limit=20`)).body.data,
    },
  ];
}

const APPEND = { messages: [{ content: TEXT }] };

/** The same with each value's type in its place. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Array.isArray(value)) return value.map(shapeOf);
  const entries = Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
  return Object.fromEntries(entries) as unknown;
}
