import { ApiClient, CONVERSATIONS, type ApiResponse } from './api-client.js';
import { until } from './redis-server.js';
import type { ServiceProcess } from './service-process.js';
import { aToken } from './token.js';
import { openTurn, runTurn, script } from './turns.js';

/** What requests of `sendGood` and `sendBad` tell the service, each as it could be found in a log. */
export const WORDS = {
  user: 'user-Alice-Example',
  tenant: 'tenant-Contoso-Example',
  title: 'title-of-my-illness',
  metadataKey: 'meta-key-of-mine',
  metadataValue: 'meta-value-of-mine',
  externalId: 'external-id-of-mine',
  message: 'message-about-my-illness',
  reply: 'reply-about-my-illness',
  state: 'state-about-my-illness',
  key: 'idempotency-key-of-mine',
  cursor: 'cursor-of-mine',
  broken: 'broken-json-of-mine',
  property: 'unknown-property-of-mine',
  thrown: 'thrown-text-about-my-illness',
  left: 'left-behind-about-my-illness',
  basic: 'basic-credentials-of-mine',
  garbled: 'payload-of-a-garbled-token',
} as const;

const USER = { sub: WORDS.user, tid: WORDS.tenant };

export function tokenOfUser(): string {
  return aToken(USER);
}

const CREATION = {
  title: WORDS.title,
  externalId: WORDS.externalId,
  metadata: { [WORDS.metadataKey]: WORDS.metadataValue },
  messages: [{ content: WORDS.message }],
};

/** Requests that succeed. Returns the ids of three conversations. */
export async function sendGood(client: ApiClient): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const externalId = `${WORDS.externalId}-${i}`;
    const created = await client.post(CONVERSATIONS, { ...CREATION, externalId });
    if (created.status !== 201) throw new Error(`${created.status} ${created.text}`);
    ids.push(created.body.id);
  }
  const path = `${CONVERSATIONS}/${ids[0]}`;
  const key = { 'Idempotency-Key': WORDS.key };
  const append = { messages: [{ content: WORDS.message }] };
  for (let i = 0; i < 2; i++) await client.post(`${path}/messages`, append, key);
  await client.post(`${path}/messages`, { messages: [{ content: 'another' }] }, key);
  await client.patch(path, { title: `${WORDS.title} again` });
  await client.get(`${CONVERSATIONS}?externalId=${WORDS.externalId}-0`);
  await client.get(`${path}/messages?limit=5`);
  await client.get(`${CONVERSATIONS}/export`);
  await client.post(`${path}/fork`, { seq: 1 });
  await runTurn(client, ids[0] as string, script(['state', WORDS.state], ['say', WORDS.reply]));
  return ids;
}

/** Requests that are refused. */
export async function sendBad(service: ServiceProcess, client: ApiClient): Promise<ApiResponse[]> {
  const bodies = [
    `{"title": "${WORDS.title}", ${WORDS.broken}`,
    { ...CREATION, [WORDS.property]: WORDS.property },
    { ...CREATION, metadata: { [WORDS.metadataKey]: WORDS.metadataValue.repeat(100) } },
    { ...CREATION, title: WORDS.title.repeat(100) },
  ];
  const answers = [];
  for (const body of bodies) answers.push(await client.post(CONVERSATIONS, body));
  answers.push(await client.get(`${CONVERSATIONS}?cursor=${WORDS.cursor}`));
  const payload = Buffer.from(`no JSON: ${WORDS.garbled}`).toString('base64url');
  const [head, , signature] = tokenOfUser().split('.');
  const tokens = [`${head}.${payload}.${signature}`, `${tokenOfUser()}x`, WORDS.garbled];
  for (const token of tokens) {
    answers.push(await new ApiClient(service.url, token).get(CONVERSATIONS));
  }
  const authorization = { Authorization: `Basic ${WORDS.basic}` };
  answers.push(await client.get(CONVERSATIONS, authorization));
  return answers;
}

/** Turns whose orchestrator fails, each in its way. */
export async function failTurns(client: ApiClient, id: string): Promise<void> {
  await runTurn(client, id, script(['throw', WORDS.thrown]));
  const stray = script(['stray', WORDS.left], ['count', { to: 10, everyMs: 20 }]);
  const turn = await openTurn(client, id, stray);
  await until(() => turn.ended === 'ended');
  await runTurn(client, id, script(['output', { type: WORDS.thrown }]));
  await runTurn(client, id, script(['output', { type: 'error', errorText: WORDS.thrown }]));
}
