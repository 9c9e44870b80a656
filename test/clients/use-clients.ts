/*
 * What an application writes on top of a generated client. `generate-clients.mjs` copies this file beside the clients,
 * and compiles them together.
 */
import axios from 'axios';
import createClient from 'openapi-fetch';
import type { Readable } from 'node:stream';
import * as hey from './hey/index.js';
import { client } from './hey/client.gen.js';
import type { paths } from './openapi-typescript.js';
import * as orval from './orval/api.js';

/** What a client has seen of the service. */
export interface Seen {
  readonly created: string | undefined;
  readonly replayed: string | null;
  readonly seqs: (number | undefined)[];
  readonly listed: boolean;
  readonly reply: unknown;
  readonly streamed: string;
  readonly problem: string | undefined;
}

interface Service {
  readonly url: string;
  readonly token: string;
}

/** The message of which the reply is the text "Hello". */
const SAY_HELLO = JSON.stringify([['say', 'Hello']]);

const PICTURE = { type: 'file', mediaType: 'image/png', url: 'https://example.com/cat.png' };

export async function useHeyApi({ url, token }: Service): Promise<Seen> {
  client.setConfig({ baseUrl: url, auth: token });
  const { data: created } = await hey.createConversation({ body: { title: 'hey-api' } });
  const path = { id: created?.id ?? '' };
  const body: hey.NewMessages = { messages: [{ content: 'Look' }, { parts: [PICTURE] }] };
  const headers = { 'Idempotency-Key': 'hey-1' };
  await hey.appendMessages({ path, body, headers });
  const { data: appended, response } = await hey.appendMessages({ path, body, headers });
  const { data: listed } = await hey.listConversations({ query: { status: ['active'] } });
  const { data: turn } = await hey.startTurn({ path, body: { message: SAY_HELLO } });
  const { stream } = await hey.streamNewTurn({ path, body: { message: SAY_HELLO } });
  let streamed = '';
  for await (const event of stream) {
    if (event !== '[DONE]' && event.type === 'text-delta' && 'delta' in event) {
      streamed += event.delta;
    }
  }
  const { error } = await hey.startTurn({ path, body: { regenerate: 99 } });
  return {
    created: created?.title,
    replayed: response?.headers.get('Idempotency-Replayed') ?? null,
    seqs: appended?.data.map(({ seq }) => seq) ?? [],
    listed: listed?.data.some(({ id }) => id === path.id) ?? false,
    reply: turn?.messages.at(-1)?.parts[0]?.text,
    streamed,
    problem: error?.type,
  };
}

export async function useOpenapiTypescript({ url, token }: Service): Promise<Seen> {
  const api = createClient<paths>({
    baseUrl: url,
    headers: { Authorization: `Bearer ${token}` },
  });
  const { data: created } = await api.POST('/api/v1/conversations', {
    body: { title: 'openapi-typescript' },
  });
  const path = { id: created?.id ?? '' };
  const append = {
    params: { path, header: { 'Idempotency-Key': 'ot-1' } },
    body: { messages: [{ content: 'Look' }, { parts: [PICTURE] }] },
  };
  await api.POST('/api/v1/conversations/{id}/messages', append);
  const { data: appended, response } = await api.POST(
    '/api/v1/conversations/{id}/messages',
    append,
  );
  const { data: listed } = await api.GET('/api/v1/conversations', {
    params: { query: { status: ['active'] } },
  });
  const { data: turn } = await api.POST('/api/v1/conversations/{id}/turns', {
    params: { path },
    body: { message: SAY_HELLO },
  });
  const { data: events } = await api.POST('/api/v1/conversations/{id}/turns/stream', {
    params: { path },
    body: { message: SAY_HELLO },
    parseAs: 'stream',
  });
  const { error } = await api.POST('/api/v1/conversations/{id}/turns', {
    params: { path },
    body: { regenerate: 99 },
  });
  return {
    created: created?.title,
    replayed: response.headers.get('Idempotency-Replayed'),
    seqs: appended?.data.map(({ seq }) => seq) ?? [],
    listed: listed?.data.some(({ id }) => id === path.id) ?? false,
    reply: turn?.messages.at(-1)?.parts[0]?.text,
    streamed: deltasIn(await new Response(events).text()),
    problem: error?.type,
  };
}

export async function useOrval({ url, token }: Service): Promise<Seen> {
  axios.defaults.baseURL = url;
  axios.defaults.headers.common['Authorization'] = `Bearer ${token}`;
  const { data: created } = await orval.createConversation({ title: 'orval' });
  const body: orval.NewMessages = { messages: [{ content: 'Look' }, { parts: [PICTURE] }] };
  const headers = { 'Idempotency-Key': 'orval-1' };
  await orval.appendMessages(created.id, body, { headers });
  const appended = await orval.appendMessages(created.id, body, { headers });
  // axios would write a list of one as `status[]=`.
  const { data: listed } = await orval.listConversations({ status: 'active' });
  const { data: turn } = await orval.startTurn(created.id, { message: SAY_HELLO });
  const { data: events } = await orval.streamNewTurn(
    created.id,
    { message: SAY_HELLO },
    { responseType: 'stream' },
  );
  let text = '';
  // orval has a type for a whole answer, not for its stream.
  for await (const piece of events as unknown as Readable) text += String(piece);
  const refused: unknown = await orval
    .startTurn(created.id, { regenerate: 99 })
    .catch((error: unknown) => error);
  const problem = axios.isAxiosError<orval.Problem>(refused) ? refused.response?.data : undefined;
  return {
    created: created.title,
    replayed: String(appended.headers['idempotency-replayed']),
    seqs: appended.data.data.map(({ seq }) => seq),
    listed: listed.data.some(({ id }) => id === created.id),
    reply: turn.messages.at(-1)?.parts[0]?.text,
    streamed: deltasIn(text),
    problem: problem?.type,
  };
}

/** The text of the events of a stream. */
function deltasIn(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as orval.TurnEvent)
    .map((event) => (event.type === 'text-delta' && 'delta' in event ? event.delta : ''))
    .join('');
}
