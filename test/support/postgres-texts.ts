import pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import { textsIn, textsInFiles } from './texts-in-files.js';

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
export async function textsOfServer(
  server: PostgresServer,
  wanted: readonly string[],
): Promise<string[]> {
  await server.query('CHECKPOINT');
  const [row] = await server.query<{ path: string }>(`SELECT setting AS path FROM pg_settings
    WHERE name = 'data_directory'`);
  const found = textsInFiles(wanted, row?.path ?? '');
  const { log } = server;
  return [
    ...found.map((text) => `data has "${text}"`),
    ...textsIn(wanted, log).map((text) => `the log has "${text}"`),
  ];
}
