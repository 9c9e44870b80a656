import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';

interface TextColumn {
  readonly table_name: string;
  readonly column_name: string;
}

/** Where each of these texts is in the texts of a database: `messages.body has "secret"`. */
export async function textsInTables(url: string, wanted: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: columns } = await client.query<TextColumn>(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'character varying')
       ORDER BY table_name, column_name`,
    );
    const found: string[] = [];
    for (const { table_name: table, column_name: column } of columns) {
      // The statement does not name the texts: the server may log it.
      const { rows } = await client.query<{ text: string | null }>(
        `SELECT "${column}"::text AS text FROM "${table}"`,
      );
      const all = rows.map(({ text }) => text).join('\n');
      const there = wanted.filter((text) => all.includes(text));
      found.push(...there.map((text) => `${table}.${column} has "${text}"`));
    }
    return found;
  } finally {
    await client.end();
  }
}

/**
 * Which of these texts a server has written to its data, after a checkpoint, or to its log: `data has "secret"`. PostgreSQL
 * compresses long rows: the texts are to be in short ones.
 */
export async function textsInFiles(
  server: PostgresServer,
  wanted: readonly string[],
): Promise<string[]> {
  await server.query('CHECKPOINT');
  const [row] = await server.query<{ path: string }>(`SELECT setting AS path FROM pg_settings
    WHERE name = 'data_directory'`);
  const found = new Set(
    filesOf(row?.path ?? '').flatMap((file) => textsIn(readFile(file), wanted)),
  );
  const { log } = server;
  return [
    ...[...found].map((text) => `data has "${text}"`),
    ...wanted.filter((text) => log.includes(text)).map((text) => `the log has "${text}"`),
  ];
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** A file may be gone by now. */
function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.of();
  }
}

function textsIn(content: Buffer, wanted: readonly string[]): string[] {
  return wanted.filter((text) => content.includes(text));
}
