import { beforeEach, describe, expect, it } from '@jest/globals';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { aConversation, anOwner } from '../contract/workbench.js';

let DATABASE_URL: string;
beforeEach(async () => {
  DATABASE_URL = await createSharedDatabase();
});

function migrate(args: readonly string[] = [], environment = {}): Promise<CommandResult> {
  return CommandProcess.run('cli/migrate.js', args, {
    environment: { DATABASE_URL, ...environment },
  });
}

describe('npm run migrate', () => {
  it('makes the tables that the service needs, and has nothing to do then', async () => {
    const first = await migrate();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('0001-conversations\n');
    expect((await migrate()).stdout).toBe('There was nothing to do.\n');
    const store = await openPostgresStore({}, DATABASE_URL);
    await store.create(anOwner(), aConversation()).finally(() => store.close());
  });

  it('divides the tables that it makes, and no others', async () => {
    expect(await migrate(['--partitions', '2'])).toMatchObject({ code: 0, stderr: '' });
    const again = await migrate(['--partitions', '4']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('The tables exist already');
  });

  it.each([['0'], ['1'], ['1025'], ['two'], ['-4']])(
    'takes no number such as %s',
    async (number) => {
      const { code, stderr } = await migrate([`--partitions=${number}`]);
      expect(code).toBe(2);
      expect(stderr).toContain('--partitions takes a whole number from 2 to 1024.');
    },
  );

  it('says what is wrong in one line, and shows no password', async () => {
    const url = new URL(DATABASE_URL);
    url.pathname = '/nothing';
    url.password = 'secret-word';
    const { code, stdout, stderr } = await migrate([], { DATABASE_URL: url.href });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^PostgreSQL has no such database: .*\n$/);
    expect(stderr).not.toContain('secret-word');
  });

  it('makes the tables behind Redis, too', async () => {
    const REDIS_URL = 'redis://127.0.0.1:1';
    expect(await migrate([], { REDIS_URL })).toMatchObject({ code: 0, stderr: '' });
    expect((await migrate()).stdout).toBe('There was nothing to do.\n');
  });

  it('needs a store that has tables', async () => {
    const { code, stderr } = await migrate([], { DATABASE_URL: '' });
    expect(code).toBe(1);
    expect(stderr).toBe('Only a store in PostgreSQL has tables: set DATABASE_URL.\n');
  });
});
