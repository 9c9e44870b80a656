import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Makes an empty database on the PostgreSQL that all tests share, and returns its URL. */
export async function createSharedDatabase(): Promise<string> {
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = name;
  return url.href;
}
