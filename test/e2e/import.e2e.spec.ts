import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiClient, type ConversationBody } from '../support/api-client.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { RedisServer, until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import type { TestUser } from '../support/token.js';

const ROLES = ['Conversations.Service'];

interface FileMessage {
  readonly role?: string;
  readonly content?: string;
  readonly parts?: readonly object[];
  readonly metadata?: object;
}

interface Dialogue {
  readonly externalId?: string;
  readonly title?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly messages?: readonly FileMessage[];
}

/** As many messages as that, no two of them the same. */
function talk(count: number, text = 'message'): FileMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    content: `${text} ${i + 1}`,
  }));
}

const TOOL_CALL = { type: 'tool-weather', input: { city: 'Zürich', days: [1, 2.5] } };

const NAMED: readonly Dialogue[] = [
  { externalId: 'one', title: 'Short', messages: talk(1) },
  { externalId: 'long', messages: talk(250) },
  // 40 messages of 40 KB are more than a request may carry.
  { externalId: 'heavy', messages: talk(40, 'x'.repeat(40_000)) },
  {
    externalId: 'ünï/🙂',
    title: 'Grüße, 世界',
    metadata: { toString: 'kept', sprache: 'Deutsch' },
    messages: [
      { content: 'Wie geht’s?\u2028Gut? 🙂' },
      {
        role: 'assistant',
        parts: [{ type: 'text', text: '' }, TOOL_CALL],
        metadata: { model: null },
      },
      { role: 'system', content: 'Be brief.' },
      { role: 'tool', parts: [{ type: 'data-x', data: { a: [{ b: true }] } }] },
    ],
  },
  { externalId: 'empty' },
];

const NAMELESS: readonly Dialogue[] = [
  { title: 'Twice', messages: talk(2) },
  { title: 'Twice', messages: talk(2) },
  { title: 'Nameless', messages: talk(120, 'nameless') },
];

describe('npm run import', () => {
  let folder: string;
  let redis: RedisServer;
  let service: ServiceProcess;
  let user: TestUser;
  let client: ApiClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'import-'));
    redis = await RedisServer.start('--appendonly', 'yes');
    await startService();
  });
  beforeEach(() => {
    user = { sub: randomUUID(), tid: 'contoso', roles: ROLES };
    client = service.client(user);
  });
  afterAll(async () => {
    await service.stop();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  async function startService(): Promise<void> {
    service = await ServiceProcess.start({ REDIS_URL: redis.url });
  }

  function write(dialogues: readonly (Dialogue | string)[]): string {
    const file = join(folder, 'dialogues.ndjson');
    const lines = dialogues.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(file, lines.join('\n'));
    return file;
  }

  function start(file: string, token = client.token, url = service.url): CommandProcess {
    return CommandProcess.start('cli/import.js', [file, '--url', url, '--token', token]);
  }

  function run(dialogues: readonly (Dialogue | string)[], token?: string): Promise<CommandResult> {
    return start(write(dialogues), token).end();
  }

  function done(counts: string): CommandResult {
    return { code: 0, stdout: `${counts}\n`, stderr: '' };
  }

  async function exported(): Promise<Dialogue[]> {
    const { text } = await client.get(`${CONVERSATIONS}/export`);
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => toDialogue(JSON.parse(line) as ConversationBody)).sort(byText);
  }

  /** What every idempotency key is after 24 hours. */
  async function forgetKeys(): Promise<number> {
    const connection = new Redis(redis.port);
    let deleted = 0;
    for await (const keys of connection.scanStream({ match: '*:idem:*' })) {
      for (const key of keys as string[]) deleted += await connection.del(key);
    }
    connection.disconnect();
    return deleted;
  }

  it('writes every message of a file, and the service keeps them over a restart', async () => {
    const all = [...NAMED, ...NAMELESS];
    expect(await run(all)).toEqual(done('8 imported, 0 completed, 0 skipped, 0 failed'));
    expect((await service.stop()).code).toBe(0);
    await startService();
    client = service.client(user);
    expect(await exported()).toEqual(all.map(asExported).sort(byText));
  });

  it('duplicates nothing when it runs again', async () => {
    const all = [...NAMED, ...NAMELESS];
    await run(all);
    const before = await exported();
    expect(await run(all)).toEqual(done('0 imported, 0 completed, 8 skipped, 0 failed'));
    expect(await exported()).toEqual(before);
  });

  it('duplicates nothing that has an externalId when the keys are forgotten', async () => {
    await run(NAMED);
    const before = await exported();
    expect(await forgetKeys()).toBeGreaterThanOrEqual(NAMED.length);
    expect(await run(NAMED)).toEqual(done('0 imported, 0 completed, 5 skipped, 0 failed'));
    expect(await exported()).toEqual(before);
  });

  it('finds what is there on every page of the list', async () => {
    const many = Array.from({ length: 205 }, (_, i) => ({ externalId: `many/${i}` }));
    await run(many);
    await forgetKeys();
    expect(await run(many)).toEqual(done('0 imported, 0 completed, 205 skipped, 0 failed'));
  });

  it('knows a message again whose numbers JSON writes in another way', async () => {
    const line =
      '{"externalId":"n","messages":[{"parts":[{"type":"data-n","n":[-0,1.0,1e2,1e999]}]}]}';
    expect(await run([line])).toEqual(done('1 imported, 0 completed, 0 skipped, 0 failed'));
    expect(await run([line])).toEqual(done('0 imported, 0 completed, 1 skipped, 0 failed'));
  });

  it('completes the longest of several conversations with one externalId', async () => {
    for (const count of [1, 3, 2]) {
      await client.post(CONVERSATIONS, { externalId: 'same', messages: talk(count) });
    }
    const line = { externalId: 'same', messages: talk(4) };
    expect(await run([line])).toEqual(done('0 imported, 1 completed, 0 skipped, 0 failed'));
    expect((await exported()).map(({ messages }) => messages?.length).sort()).toEqual([1, 2, 4]);
  });

  it('takes lines with one externalId for one conversation', async () => {
    const lines = [3, 250, 3].map((count) => ({ externalId: 'same', messages: talk(count) }));
    expect(await run(lines)).toEqual(done('1 imported, 1 completed, 1 skipped, 0 failed'));
    expect(await exported()).toEqual([asExported({ externalId: 'same', messages: talk(250) })]);
  });

  it.each([0, 1, 99, 100, 101, 249])('completes a dialogue cut off after %i', async (count) => {
    const whole = { externalId: 'cut', messages: talk(250) };
    await run([{ externalId: 'cut', messages: talk(count) }]);
    expect(await run([whole])).toEqual(done('0 imported, 1 completed, 0 skipped, 0 failed'));
    expect(await exported()).toEqual([asExported(whole)]);
  });

  it('says where in a dialogue it is refused, and does not begin anew when it runs again', async () => {
    const whole = { messages: [...talk(150), { role: 'nobody', content: 'refused' }] };
    const { code, stderr } = await run([whole]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^line 1: in the batch that starts with message 101: 400 .*\(messages\.50\.role: /,
    );
    expect((await exported())[0]?.messages).toHaveLength(100);
    const again = await run([whole]);
    expect(again.stdout).toContain('0 imported, 0 completed, 0 skipped, 1 failed');
    expect(await exported()).toHaveLength(1);
  });

  it('leaves alone what has gone on since, and what is another conversation', async () => {
    const line = { externalId: 'chat', messages: talk(2) };
    await run([line]);
    const [chat] = (await client.get(CONVERSATIONS)).body.data;
    await client.post(`${CONVERSATIONS}/${chat?.id}/messages`, { messages: [{ content: 'more' }] });
    expect(await run([line])).toEqual(done('0 imported, 0 completed, 1 skipped, 0 failed'));
    const { code, stderr } = await run([{ externalId: 'chat', messages: talk(9, 'other') }]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^line 1: .*same externalId, but another message 1\.$/m);
    expect((await exported())[0]?.messages).toHaveLength(3);
  });

  it('imports again what has been erased, under the same keys', async () => {
    const all = [...NAMED, ...NAMELESS];
    for (let time = 1; time <= 3; time++) {
      expect(await run(all)).toEqual(done('8 imported, 0 completed, 0 skipped, 0 failed'));
      expect((await client.delete(CONVERSATIONS)).body.deleted).toBe(8);
    }
  });

  it('names the lines that are wrong, and imports the others', async () => {
    const { code, stdout, stderr } = await run([
      { externalId: 'first', messages: talk(1) },
      '{"externalId": "secret text',
      '',
      '[1]',
      { messages: [{ role: 'nobody', content: 'x' }] },
      '{"messages": "none"}',
      { title: 'x'.repeat(201) },
      { externalId: 'last', messages: talk(101) },
    ]);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: '2 imported, 0 completed, 0 skipped, 5 failed\n',
    });
    const failures = stderr.trim().split('\n').sort();
    expect(failures).toEqual([
      'line 2: The line is not JSON.',
      'line 4: The line is not a JSON object.',
      expect.stringMatching(/^line 5: 400 The request is not valid\. \(messages\.0\.role: must/),
      'line 6: "messages" is not an array.',
      expect.stringMatching(/^line 7: 400 The request is not valid\. \(title: must/),
    ]);
    expect((await exported()).map(({ externalId }) => externalId)).toEqual(['first', 'last']);
  });

  it('stops at a token that is none of the service', async () => {
    const token = `${client.token.slice(0, -6)}wrong!`;
    const { code, stdout, stderr } = await run(NAMED, token);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: '0 imported, 0 completed, 0 skipped, 0 failed\n',
    });
    expect(stderr).toContain('401 A valid bearer token is required. The token is for another');
    expect(stderr).not.toContain(token);
  });

  it('stops at a token that may not write for the assistant, and says which role may', async () => {
    client = service.client();
    const { code, stderr } = await run([{ messages: talk(2) }]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^403 .*need a token with the role Conversations\.Service\.$/m);
    expect(await exported()).toEqual([]);
  });

  it('waits for a store that is away', async () => {
    await redis.kill();
    const command = start(write(NAMED));
    await until(() => command.stderr !== '');
    expect(command.stderr).toContain('not available (status 503). The import tries again.');
    await redis.run();
    expect(await command.end()).toMatchObject({
      code: 0,
      stdout: '5 imported, 0 completed, 0 skipped, 0 failed\n',
    });
    expect(await exported()).toEqual(NAMED.map(asExported).sort(byText));
  });

  it('stops at Ctrl-C, and goes on from there when it runs again', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ title: `t ${i}`, messages: talk(3) }));
    // Slow, so that there is much left to import when the test notices the first conversation.
    const network = await TcpFaultProxy.start(Number(new URL(service.url).port));
    network.requests.delayMs = 100;
    const command = start(write(many), client.token, `http://127.0.0.1:${network.port}`);
    await until(async () => (await client.get(CONVERSATIONS)).body.data.length > 0);
    const { code, stdout } = await command.end('SIGINT');
    await network.stop();
    expect(code).toBe(130);
    expect(stdout).toMatch(/^\d+ imported, 0 completed, 0 skipped, 0 failed, interrupted\n$/);
    const imported = Number.parseInt(stdout);
    expect(imported).toBeLessThan(500);
    expect(await exported()).toHaveLength(imported);
    expect(await run(many)).toEqual(
      done(`${500 - imported} imported, 0 completed, ${imported} skipped, 0 failed`),
    );
  });

  it.each([
    ['no file', ['--url', 'http://localhost', '--token', 'x.y.z'], 'Give the name of one file'],
    ['an address that is none', ['f', '--url', 'localhost', '--token', 'x.y.z'], '--url must'],
    ['no token', ['f', '--url', 'http://localhost'], '--token must'],
    [
      'no workers',
      ['f', '--url', 'http://localhost', '--token', 'x.y.z', '--concurrency', '0'],
      '--concurrency must',
    ],
  ])('shows its usage for %s', async (_, args, text) => {
    const { code, stdout, stderr } = await CommandProcess.run('cli/import.js', args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).toContain('Usage: npm run --silent import');
    expect(stderr).not.toContain('x.y.z');
  });

  it('says so when there is no such file', async () => {
    const { code, stderr } = await start(join(folder, 'absent')).end();
    expect(code).toBe(1);
    expect(stderr).toContain('ENOENT');
  });

  it('says in its help what a line without an externalId means', async () => {
    const { code, stdout } = await CommandProcess.run('cli/import.js', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('A line without an externalId');
  });
});

/** A line of the file as the export shows it. */
function asExported({ metadata = {}, messages = [], ...dialogue }: Dialogue): Dialogue {
  const stored = messages.map(({ role = 'user', content, ...rest }) => ({
    role,
    ...(content !== undefined && { parts: [{ type: 'text', text: content }] }),
    ...rest,
  }));
  return JSON.parse(JSON.stringify({ ...dialogue, metadata, messages: stored })) as Dialogue;
}

function toDialogue({ externalId, title, metadata, messages }: ConversationBody): Dialogue {
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
  return {
    ...(externalId !== undefined && { externalId }),
    ...(title !== undefined && { title }),
    metadata,
    messages: messages.map(({ role, parts, metadata: own }) => ({
      role,
      parts,
      ...(own !== undefined && { metadata: own as object }),
    })),
  };
}

function byText(one: Dialogue, other: Dialogue): number {
  const [a, b] = [one, other].map(({ externalId = '', title = '' }) => `${externalId} ${title}`);
  return String(a) < String(b) ? -1 : 1;
}
