import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { textsIn, textsInFiles } from '../support/texts-in-files.js';
import { TierServers } from '../support/tier-servers.js';
import { followTurn, openTurn, runTurn, script, turnsOf, type Script } from '../support/turns.js';

const ALICE = { sub: 'alice', tid: 'contoso' };
const OWNER = { tenantId: ALICE.tid, userId: ALICE.sub };
const FLUSH = `${CONVERSATIONS}/flush`;
const KEY = `k1:${randomBytes(32).toString('base64')}`;

const NAMES = [
  'title',
  'later-title',
  'external-id',
  'metadata-name',
  'metadata-value',
  'later-metadata',
  'message',
  'long-message',
  'message-metadata',
  'part',
  'branch',
  'reply',
  'event',
  'state',
  'cancelled',
  'queued',
  'running',
] as const;
type Texts = Readonly<Record<(typeof NAMES)[number], string>>;

/** A text that nothing else contains, for each name. */
function newTexts(): Texts {
  const texts = NAMES.map((name) => [name, `${name}-${randomBytes(12).toString('hex')}`] as const);
  return Object.fromEntries(texts) as Texts;
}

function at(id: string, rest = ''): string {
  return `${CONVERSATIONS}/${id}${rest}`;
}

/** Writes every text in every way that there is. The last turn still runs then. */
async function writeAll(client: ApiClient, texts: Texts): Promise<string[]> {
  const once = { 'Idempotency-Key': 'create' };
  const created = {
    title: texts.title,
    externalId: texts['external-id'],
    metadata: { [texts['metadata-name']]: texts['metadata-value'] },
    messages: [
      { content: texts.message, metadata: { note: texts['message-metadata'] } },
      { content: `${texts['long-message']} `.repeat(20) },
    ],
  };
  const { id } = (await expectOk(client.post(CONVERSATIONS, created, once))).body;
  await expectOk(client.post(CONVERSATIONS, created, once));
  const parts = [
    { type: 'text', text: 'a text' },
    { type: 'data-note', data: { note: texts.part } },
  ];
  await expectOk(client.post(at(id, '/messages'), { messages: [{ parts }] }));
  const branch = { messages: [{ content: texts.branch }], parentSeq: 1 };
  await expectOk(client.post(at(id, '/messages'), branch));
  await expectOk(client.post(FLUSH, undefined));
  const patch = { title: texts['later-title'], metadata: { later: texts['later-metadata'] } };
  await expectOk(client.patch(at(id), patch));
  const event = { type: 'data-note', data: texts.event, transient: true };
  const steps = secretly(['say', texts.reply], ['part', event], ['state', { note: texts.state }]);
  const turn = await expectOk(runTurn(client, id, steps, { key: 'turn' }));
  const stream = await followTurn(client, id, turn.body.turnId);
  await until(() => stream.ended === 'ended');
  expect(stream.text).toContain(texts.reply);
  const fork = await expectOk(client.post(at(id, '/fork'), { seq: 2 }));
  const cancelled = await openTurn(
    client,
    id,
    secretly(['say', texts.cancelled], ['untilAborted']),
  );
  await until(() => cancelled.text.includes(texts.cancelled));
  const queued = runTurn(client, id, texts.queued, { onConflict: 'enqueue' });
  await expectOk(client.post(`${turnsOf(id)}/${cancelled.turnId}/cancel`, undefined));
  await expectOk(queued);
  const running = await openTurn(client, id, secretly(['say', texts.running], ['untilAborted']));
  await until(() => running.text.includes(texts.running));
  return [id, fork.body.id];
}

/** The script as a message that shows no text of it: what the turn says, nobody has said before. */
function secretly(...steps: Script): string {
  return script(...steps).replace(/-[0-9a-f]{24}/g, (end) =>
    Array.from(end, (one) => `\\u00${Buffer.from(one).toString('hex')}`).join(''),
  );
}

async function expectOk<Answer extends { status: number; text: string }>(
  request: Promise<Answer>,
): Promise<Answer> {
  const answer = await request;
  expect([answer.text, answer.status < 300]).toEqual([answer.text, true]);
  return answer;
}

/** All that the service has of the conversations, but for working states and events. */
async function readAll(client: ApiClient, ids: readonly string[]): Promise<string> {
  const read = await Promise.all(
    ids.map(async (id) => {
      const { title, externalId, metadata } = (await expectOk(client.get(at(id)))).body;
      const { body } = await expectOk(client.get(at(id, '/messages?leaf=all')));
      return { title, externalId, metadata, messages: body.data };
    }),
  );
  return JSON.stringify(read);
}

describe.each([
  ['encryption', { ENCRYPTION_KEYS: KEY }],
  ['encryption and compression', { ENCRYPTION_KEYS: KEY, COMPRESS_ABOVE: '64' }],
  // Otherwise nobody would know that the search finds anything.
  ['nothing', {}],
])('Redis in front of PostgreSQL, with %s', (name, sealing) => {
  const texts = newTexts();
  const all = Object.values(texts);
  const commands: string[] = [];
  let servers: TierServers;
  let service: ServiceProcess;
  let monitor: Redis;
  let admin: Redis;
  let ids: string[];

  beforeAll(async () => {
    servers = await TierServers.start();
    await servers.postgres.set({ log_statement: 'all' });
    admin = new Redis(servers.redis.port);
    await admin.config('SET', 'rdbcompression', 'no');
    monitor = await admin.monitor();
    monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));
    service = await start();
    const client = service.client(ALICE);
    ids = await writeAll(client, texts);
    await expectOk(client.post(FLUSH, undefined));
    await service.stop();
    await servers.postgres.query('CHECKPOINT');
    await admin.save();
  });
  afterAll(async () => {
    monitor.disconnect();
    admin.disconnect();
    await service.stop();
    await servers.stop();
  });

  function start(): Promise<ServiceProcess> {
    const environment = {
      REDIS_URL: servers.redis.url,
      DATABASE_URL: servers.postgres.url,
      LOG_LEVEL: 'trace',
      ...sealing,
    };
    return ServiceProcess.start(environment, 'test/support/scripted-service.mjs');
  }

  /** The names of the texts that a search has found. */
  function namesOf(found: readonly string[]): string[] {
    return NAMES.filter((one) => found.includes(texts[one]));
  }

  it('writes no text to the log of the service', () => {
    expect(namesOf(textsIn(all, service.output))).toEqual([]);
    expect(service.output).not.toContain(KEY.slice(3, 13));
  });

  const isPlain = name === 'nothing';
  const inRedis = isPlain ? [...NAMES] : [];
  // Events are never saved there.
  const inPostgres = inRedis.filter((one) => one !== 'event');

  it(`gives Redis ${isPlain ? 'every' : 'no'} text`, () => {
    expect(namesOf(textsIn(all, commands.join('\n')))).toEqual(inRedis);
    expect(namesOf(textsInFiles(all, servers.redis.folder))).toEqual(inRedis);
  });

  it(`gives PostgreSQL ${isPlain ? 'every' : 'no'} text`, () => {
    expect(namesOf(textsIn(all, servers.postgres.log))).toEqual(inPostgres);
    expect(namesOf(textsInFiles(all, `${servers.postgres.path}/data`))).toEqual(inPostgres);
  });

  it('gives everything back, from both', async () => {
    service = await start();
    const client = service.client(ALICE);
    const hot = await readAll(client, ids);
    const unread: readonly string[] = ['title', 'event', 'state'];
    expect(namesOf(textsIn(all, hot))).toEqual(NAMES.filter((one) => !unread.includes(one)));
    await expectOk(client.post(FLUSH, undefined));
    await servers.cool(OWNER, ...ids);
    expect(await readAll(client, ids)).toBe(hot);
  });
});
