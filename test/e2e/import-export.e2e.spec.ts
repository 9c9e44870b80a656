import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type ConversationBody } from '../support/api-client.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { ServiceProcess } from '../support/service-process.js';
import type { TestUser } from '../support/token.js';

describe('npm run import', () => {
  let folder: string;
  let service: ServiceProcess;
  let user: TestUser;
  let client: ApiClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'import-'));
    service = await ServiceProcess.start({});
  });
  beforeEach(() => {
    user = { sub: randomUUID(), tid: 'contoso', roles: ['Conversations.Service'] };
    client = service.client(user);
  });
  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  function run(line: string): Promise<CommandResult> {
    const file = join(folder, 'export.ndjson');
    writeFileSync(file, line);
    const args = [file, '--url', service.url, '--token', client.token];
    return CommandProcess.start('cli/import.js', args).end();
  }

  function done(counts: string): CommandResult {
    return { code: 0, stdout: `${counts}\n`, stderr: '' };
  }

  it('restores an export: every branch, the active one and the status', async () => {
    const path = await withBranches();
    const before = (await client.get(`${CONVERSATIONS}/export`)).text.trimEnd();
    client = service.client({ ...user, sub: randomUUID() });
    expect(await run(before)).toEqual(done('1 imported, 0 completed, 0 skipped, 0 failed'));
    const after = (await client.get(`${CONVERSATIONS}/export`)).text;
    expect(toTree(after)).toEqual(toTree(before));
    expect(toTree(before)).toMatchObject({ status: 'archived', leafSeq: 3, title: 'Branches' });
    expect(await run(before)).toEqual(done('0 imported, 0 completed, 1 skipped, 0 failed'));
    expect((await client.get(path)).status).toBe(404);
  });

  it('gives an export its active branch also when it was cut off before', async () => {
    await withBranches();
    const before = (await client.get(`${CONVERSATIONS}/export`)).text.trimEnd();
    const line = JSON.parse(before) as Record<string, unknown>;
    client = service.client({ ...user, sub: randomUUID() });
    await run(JSON.stringify({ ...line, leafSeq: 5, status: 'active' }));
    expect(await run(before)).toEqual(done('0 imported, 1 completed, 0 skipped, 0 failed'));
    const after = (await client.get(`${CONVERSATIONS}/export`)).text;
    expect(toTree(after)).toEqual(toTree(before));
  });

  /** Makes 1 2 3, 1 ← 4, and 5 in place of 4, and archives it at 3. @returns its path */
  async function withBranches(): Promise<string> {
    const draft = { externalId: 'branches', title: 'Branches', messages: texts(3) };
    const { body } = await client.post(CONVERSATIONS, draft);
    const path = `${CONVERSATIONS}/${body.id}`;
    await client.post(`${path}/messages`, { messages: texts(1, 'edited'), parentSeq: 1 });
    await client.post(`${path}/messages`, { messages: texts(1, 'again'), supersedes: 4 });
    await client.patch(path, { leafSeq: 3, status: 'archived' });
    return path;
  }
});

function texts(count: number, text = 'message'): { role: string; content: string }[] {
  return Array.from({ length: count }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    content: `${text} ${i + 1}`,
  }));
}

/** What an import restores of an export of one conversation. */
function toTree(text: string): Record<string, unknown> {
  const { title, status, leafSeq, messageCount, messages } = JSON.parse(
    text,
  ) as ConversationBody & {
    readonly status: string;
  };
  const places = messages.map(({ seq, role, parts, parentSeq, supersedes, siblings }) => {
    // Where a thousand messages follow one, each would name all of them.
    expect(siblings).toBeUndefined();
    return { seq, role, parts, parentSeq, supersedes };
  });
  return { title, status, leafSeq, messageCount, messages: places };
}
