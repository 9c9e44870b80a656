/** The key of a row behind which a walk goes on. */
export interface RowKey {
  readonly owner: string;
  readonly id: string;
  /** Of a message. */
  readonly seq: number;
}

/** A position of a walk: which table it walks over, and the last row that is done. */
export interface PostgresPosition {
  readonly table: 'conversations' | 'messages';
  readonly after: RowKey;
}

/** In front of all rows. */
export const FIRST: RowKey = { owner: '', id: '00000000-0000-0000-0000-000000000000', seq: 0 };

const POSITION = /^(conversations|messages)\.([\w-]+)$/;

export function encodePosition({ table, after }: PostgresPosition): string {
  const key = JSON.stringify([after.owner, after.id, after.seq]);
  return `${table}.${Buffer.from(key).toString('base64url')}`;
}

/** @throws TypeError */
export function decodePosition(position: string): PostgresPosition {
  const [, table, key = ''] = POSITION.exec(position) ?? [];
  const [owner, id, seq] = keyOf(key);
  if (typeof owner !== 'string' || typeof id !== 'string' || typeof seq !== 'number') {
    throw new TypeError('There is no such position in this store.');
  }
  return { table: table as PostgresPosition['table'], after: { owner, id, seq } };
}

function keyOf(encoded: string): unknown[] {
  try {
    const key = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as unknown;
    return Array.isArray(key) ? key : [];
  } catch {
    return [];
  }
}
