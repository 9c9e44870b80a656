import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationStore, Owner } from 'conversation-store';
import { Sealing } from '../../src/store/sealing/sealing.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { until } from '../support/redis-server.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { SEALED_BY, SECRET, storeMuch, textsInPostgres, textsInRedis } from '../support/reseal.js';
import {
  createTierPair,
  openTieredParts,
  tieredOptions,
  type TierPair,
} from '../support/tiered-store.js';
import { anOwner } from '../contract/workbench.js';

const K1 = { id: 'k1', secret: randomBytes(32) };
const K2 = { id: 'k2', secret: randomBytes(32) };
const [FIRST, SECOND] = [K1, K2].map(({ id, secret }) => `${id}:${secret.toString('base64')}`) as [
  string,
  string,
];

describe('npm run reseal', () => {
  const run = (args: readonly string[], environment = {}): Promise<CommandResult> =>
    CommandProcess.run('cli/reseal.js', args, { environment });

  it('says what it does, and what it leaves', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: npm run --silent reseal');
    expect(stdout).toContain('24 hours');
  });

  it('takes no other arguments', async () => {
    expect(await run(['--all'])).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    [{}, 'Only a store in Redis or PostgreSQL seals texts'],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, 'Redis'],
    [{ REDIS_URL: 'redis://127.0.0.1:1', ENCRYPTION_KEYS: 'k1:secret-word' }, 'ENCRYPTION_KEYS'],
  ])('says what is wrong with %j, and shows no secret', async (environment, message) => {
    const { code, stdout, stderr } = await run([], environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret-word');
  });
});

describe('npm run reseal on two tiers', () => {
  let pair: TierPair;
  let owner: Owner;
  beforeEach(async () => {
    pair = await createTierPair(`reseal-[*]-${randomUUID()}:`);
    owner = anOwner();
  });

  const start = (keys: string, ...args: string[]): CommandProcess =>
    CommandProcess.start('cli/reseal.js', args, {
      environment: {
        REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
        REDIS_KEY_PREFIX: pair.keyPrefix,
        DATABASE_URL: pair.databaseUrl,
        DATABASE_TIMEOUT: '500',
        ENCRYPTION_KEYS: keys,
      },
    });

  async function withStore<T>(
    sealing: Sealing,
    work: (store: ConversationStore) => Promise<T>,
  ): Promise<T> {
    const { store } = await openTieredParts(tieredOptions(pair, { sealing }));
    return work(store).finally(() => store.close());
  }

  const allTexts = async (): Promise<string> => {
    const redis = await textsInRedis(sharedRedisPort(), pair.keyPrefix);
    return redis.texts + (await textsInPostgres(pair.databaseUrl)).texts;
  };

  /** A command that has sealed something anew, and goes on. */
  async function startAndSeal(keys: string): Promise<CommandProcess> {
    const before = await allTexts();
    const command = start(keys);
    await until(async () => (await allTexts()) !== before);
    return command;
  }

  it('is killed in the middle, and finishes when it runs again', async () => {
    const keys = `${SECOND},${FIRST}`;
    const ids: string[] = [];
    /** A run that was faster than the signal proves nothing: there is more to do for the next one. */
    const interrupt = async (signal: 'SIGKILL' | 'SIGTERM') => {
      for (let attempt = 0; attempt < 5; attempt++) {
        await withStore(new Sealing({ sealingKey: K1 }), async (store) => {
          for (let i = 0; i < 30; i++) ids.push(await storeMuch(store, owner, 200));
        });
        const run = await (await startAndSeal(keys)).end(signal);
        if (run.code !== 0 && SEALED_BY.k1.test(await allTexts())) return run;
      }
      throw new Error('Every run was faster than its signal.');
    };
    await interrupt('SIGKILL');
    const { code, stdout } = await interrupt('SIGTERM');
    expect(code).toBe(130);
    const [, position = ''] = /^Stopped\. Go on with --from (\S+)$/m.exec(stdout) ?? [];

    const finished = await start(keys, '--from', position).end();
    expect(finished.stdout).toMatch(/Conversations that cannot be opened: 0\.\n$/);
    expect(finished.code).toBe(0);
    const found = await allTexts();
    expect(found).not.toMatch(SEALED_BY.k1);
    expect(found).not.toContain(SECRET);
    expect((await start(keys).end()).stdout).toContain('Texts sealed anew: 0.');
    await withStore(new Sealing({ sealingKey: K2 }), async (store) => {
      for (const id of ids) {
        const page = await store.read(owner, id, { limit: 1_000, from: 'end' });
        expect(page.messages).toHaveLength(200);
      }
    });
  }, 120_000);

  it('encrypts what is there when keys are set, and makes it plain again', async () => {
    const id = await withStore(new Sealing(), (store) => storeMuch(store, owner));
    expect(await start(FIRST).end()).toMatchObject({ code: 0, stderr: '' });
    expect(await allTexts()).not.toContain(SECRET);

    const without = await start(SECOND).end();
    expect(without.code).toBe(1);
    expect(without.stdout).toContain('Conversations that cannot be opened: 1.');
    expect(without.stderr).toContain(`Conversation ${id}: `);

    expect(await start(`plain,${FIRST}`).end()).toMatchObject({ code: 0, stderr: '' });
    expect(await allTexts()).not.toMatch(SEALED_BY.k1);
    await withStore(new Sealing(), async (store) => {
      const { conversation } = await store.read(owner, id, { limit: 1, from: 'end' });
      expect(conversation.title).toContain(SECRET);
    });
  }, 120_000);
});
