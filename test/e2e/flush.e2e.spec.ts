import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import { openTiers, type Tiers } from '../../src/store/tiered/open-tiers.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';
import { createTierPair, tieredOptions } from '../support/tiered-store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';

describe.each(['flush', 'adopt'])('npm run %s', (command) => {
  function run(args: readonly string[], environment = {}): Promise<CommandResult> {
    return CommandProcess.run(`cli/${command}.js`, args, { environment });
  }

  it('says what it does', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: npm run ${command}`);
  });

  it('takes no arguments', async () => {
    const { code, stdout, stderr } = await run(['everything']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Usage: npm run ${command}`);
  });

  it('needs Redis in front of PostgreSQL', async () => {
    const environment = {
      STORE_DRIVER: 'redis',
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://u@127.0.0.1:1/db',
    };
    const { code, stdout, stderr } = await run([], environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^This is for Redis in front of PostgreSQL: .*\n$/);
  });

  it('reports mistakes in the variables, and shows no secret', async () => {
    const { code, stderr } = await run([], { REDIS_URL: 'redis://:secret-word%@host' });
    expect(code).toBe(1);
    expect(stderr).toContain('REDIS_URL');
    expect(stderr).not.toContain('secret-word');
  });
});

describe('npm run flush and npm run adopt on two tiers', () => {
  let owner: Owner;
  let keyPrefix: string;
  let databaseUrl: string;
  /** Nothing works beside the requests: what is unsaved stays unsaved. */
  let tiers: Tiers;

  beforeAll(async () => {
    ({ keyPrefix, databaseUrl } = await createTierPair(`flush-[*]-${randomUUID()}:`));
    tiers = await openTiers(tieredOptions({ keyPrefix, databaseUrl }));
    await tiers.guard.compare();
  });
  afterAll(async () => {
    await Promise.all(tiers.background.map((task) => task.stop()));
    await tiers.hot.close();
    await tiers.record.close();
  });
  beforeEach(() => {
    owner = anOwner();
  });

  function run(command: 'flush' | 'adopt', environment = {}): Promise<CommandResult> {
    return CommandProcess.run(`cli/${command}.js`, [], {
      environment: {
        REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
        REDIS_KEY_PREFIX: keyPrefix,
        DATABASE_URL: databaseUrl,
        ...environment,
      },
    });
  }

  async function create(): Promise<string> {
    const { conversation } = await tiers.hot.create(
      owner,
      aConversation({ messages: texts('a', 'b') }),
    );
    return conversation.id;
  }

  async function savedIds(): Promise<string[]> {
    return (await tiers.record.living(owner)).map(({ id }) => id).sort();
  }

  it('flush saves what is unsaved, finishes deletes, and has nothing to do then', async () => {
    const ids = [await create(), await create(), await create()];
    const [deleted = ''] = ids;
    expect((await run('flush')).stdout).toBe('Saved: 3. Not saved: 0.\n');
    await tiers.hot.deleteHot(owner, deleted);
    expect(await savedIds()).toEqual([...ids].sort());
    expect(await run('flush')).toEqual({
      code: 0,
      stdout: 'Saved: 0. Not saved: 0.\n',
      stderr: '',
    });
    expect(await savedIds()).toEqual(ids.slice(1).sort());
    expect(await tiers.record.revisions([{ owner, id: deleted }])).toEqual([{ deleted: 2 }]);
  });

  it('flush ends with 1 when something cannot be saved', async () => {
    const id = await create();
    const { conversationKey } = tiers.keys.of(owner).conversationInTier(id);
    await tiers.tier.hot.quarantine(conversationKey);
    const saved = await create();
    expect(await run('flush')).toEqual({
      code: 1,
      stdout: 'Saved: 1. Not saved: 1.\n',
      stderr: '',
    });
    expect(await savedIds()).toEqual([saved]);
    // As docs/tiers.md says, once the cause is removed.
    const redis = new Redis(sharedRedisPort());
    await redis.zadd(tiers.keys.of(owner).hotKey as string, Date.now(), conversationKey);
    redis.disconnect();
    expect(await run('flush')).toMatchObject({ code: 0, stdout: 'Saved: 1. Not saved: 0.\n' });
  });

  it('adopt marks what Redis alone has stored, once, and flush saves it', async () => {
    const redis = await openRedisStore({ keyPrefix });
    const ids: string[] = [];
    for (const user of [owner, anOwner()]) {
      const { conversation } = await redis.create(user, aConversation({ messages: texts('hi') }));
      ids.push(conversation.id);
    }
    await redis.close();
    expect((await run('flush')).stdout).toBe('Saved: 0. Not saved: 0.\n');
    expect(await run('adopt', { DATABASE_URL: 'postgres://u@127.0.0.1:1/db' })).toEqual({
      code: 0,
      stdout: 'Marked: 2. Damaged: 0.\n',
      stderr: '',
    });
    expect((await run('adopt')).stdout).toBe('Marked: 0. Damaged: 0.\n');
    expect((await run('flush')).stdout).toBe('Saved: 2. Not saved: 0.\n');
    expect(await savedIds()).toEqual([ids[0]]);
  });

  it.each([
    [
      'flush',
      { DATABASE_URL: 'postgres://u:secret-word@127.0.0.1:1/db' },
      'PostgreSQL cannot be reached',
    ],
    ['flush', { REDIS_URL: 'redis://:secret-word@127.0.0.1:1' }, 'Redis cannot be reached'],
    ['adopt', { REDIS_URL: 'redis://:secret-word@127.0.0.1:1' }, 'Redis cannot be reached'],
  ] as const)('%s says in one line what is away: %#', async (command, environment, sentence) => {
    const limits = { DATABASE_TIMEOUT: '500' };
    const { code, stdout, stderr } = await run(command, { ...limits, ...environment });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(`${sentence} (connect ECONNREFUSED 127.0.0.1:1): check that`)).toBe(
      true,
    );
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).not.toContain('secret-word');
  });
});
