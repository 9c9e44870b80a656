import { SqlStatement, type SqlValue } from './statement.js';

/** What every change writes: the columns that appends and turns move. */
export interface HeadValues {
  readonly owner: string;
  readonly id: string;
  /** The revision that was loaded: at another one nothing is written. */
  readonly revision: number;
  readonly status: string;
  readonly messageCount: number;
  readonly version: number;
  readonly updatedAt: Date;
  readonly accessedAt: Date;
  readonly addedBytes: number;
  /** From this time on nothing is written: a deadline or the end of a lease. Null: there is none. */
  readonly until: Date | null;
}

/** What a change may write besides. */
export interface ChangeParts {
  /** With what was loaded: what was sealed anew since must not be overwritten, nor counted by its former size. */
  readonly fields?: {
    title: string | null;
    externalId: string | null;
    metadata: string;
    formerTitle: string | null;
    formerExternalId: string | null;
    formerMetadata: string;
  };
  /** Null: the last message of all. */
  readonly leaf?: { leafSeq: number | null };
  /** Records that follow those that are stored. */
  readonly branches?: { addedBranches: string };
  readonly state?: { state: string; stateVersion: number; formerStateBytes: number };
  readonly turns?: { turns: string };
  /** `bodies` are separated by line feeds. */
  readonly messages?: { firstSeq: number; bodies: string };
  /** A batch of events: see `codecs/event-batch.codec.ts`. */
  readonly events?: { turnId: string; lastEventSeq: number; eventData: string; now: Date };
  /** The events of other turns go. */
  readonly retainedEvents?: { retainedTurns: string[] };
  /** A record under a key that has none. */
  readonly record?: { key: string; record: string; now: Date };
  /** The record of a turn, which has one since it began. */
  readonly turnRecord?: { key: string; record: string; now: Date };
  readonly charge?: { chargedBytes: number };
}

type PartName = keyof ChangeParts;

interface Part {
  readonly parameters: readonly string[];
  /** Columns of the conversation. */
  readonly columns?: string;
  /** What else must be so for the change to be made. */
  readonly condition?: string;
  /** Another table. `head` has the row that was changed, or none. */
  readonly statement?: string;
}

const INSERT_RECORD = `
  INSERT INTO idempotency_records (owner, key, record, created_at)
  SELECT owner, :key, :record, :now::timestamptz FROM head`;

const PARTS: Readonly<Record<PartName, Part>> = {
  fields: {
    parameters: [
      ...['title', 'externalId', 'metadata'],
      ...['formerTitle', 'formerExternalId', 'formerMetadata'],
    ],
    columns: 'title = :title, external_id = :externalId, metadata = :metadata',
    condition: `metadata = :formerMetadata AND title IS NOT DISTINCT FROM :formerTitle
        AND external_id IS NOT DISTINCT FROM :formerExternalId`,
  },
  leaf: { parameters: ['leafSeq'], columns: 'leaf_seq = :leafSeq' },
  branches: { parameters: ['addedBranches'], columns: 'branches = branches || :addedBranches' },
  state: {
    parameters: ['state', 'stateVersion', 'formerStateBytes'],
    columns: 'state = :state, state_version = :stateVersion',
    condition: 'coalesce(octet_length(state), 0) = :formerStateBytes::int',
  },
  turns: { parameters: ['turns'], columns: 'turns = :turns::jsonb' },
  messages: {
    parameters: ['firstSeq', 'bodies'],
    statement: `
      INSERT INTO messages (owner, conversation_id, seq, body)
      SELECT head.owner, head.id, :firstSeq::int + new.position - 1, new.body
      FROM head, unnest(string_to_array(:bodies, E'\\n')) WITH ORDINALITY AS new (body, position)`,
  },
  events: {
    parameters: ['turnId', 'lastEventSeq', 'eventData', 'now'],
    statement: `
      INSERT INTO turn_events (owner, conversation_id, turn_id, seq, data, created_at)
      SELECT owner, id, :turnId::uuid, :lastEventSeq::int, :eventData::text, :now::timestamptz FROM head`,
  },
  retainedEvents: {
    parameters: ['retainedTurns'],
    statement: `
      DELETE FROM turn_events USING head
      WHERE turn_events.owner = head.owner AND turn_events.conversation_id = head.id
        AND turn_events.turn_id <> ALL (:retainedTurns::uuid[])`,
  },
  record: { parameters: ['key', 'record', 'now'], statement: INSERT_RECORD },
  turnRecord: {
    parameters: ['key', 'record', 'now'],
    statement: `${INSERT_RECORD} ON CONFLICT (owner, key) DO UPDATE SET record = excluded.record`,
  },
  charge: {
    parameters: ['chargedBytes'],
    statement: `
      UPDATE owners SET bytes = owners.bytes + :chargedBytes::bigint FROM head
      WHERE owners.owner = head.owner`,
  },
};

const HEAD = [
  'owner',
  'id',
  'revision',
  'status',
  'messageCount',
  'version',
  'updatedAt',
  'accessedAt',
  'addedBytes',
  'until',
];

const statements = new Map<string, SqlStatement<readonly string[]>>();

/**
 * A change of a conversation as one statement, which is atomic. It returns one row when it was made, and
 * none when the conversation has another revision, other texts than were loaded, or its time is over.
 */
export function changeOf(
  head: HeadValues,
  parts: ChangeParts,
): { statement: SqlStatement<readonly string[]>; values: SqlValue[] } {
  const names = inLockOrder(Object.keys(parts) as PartName[]);
  const name = ['change', ...names].join(' ');
  let statement = statements.get(name);
  if (!statement) {
    statement = composed(name, names);
    statements.set(name, statement);
  }
  const byName: Record<string, SqlValue> = { ...head };
  for (const part of Object.values(parts)) Object.assign(byName, part);
  return { statement, values: statement.values(byName) };
}

/**
 * PostgreSQL runs the last part first. The row of the owner must be locked before the key of the record, as
 * a create does it: in the other order, two requests under one key would wait for each other.
 */
function inLockOrder(names: readonly PartName[]): PartName[] {
  const others = names.filter((name) => name !== 'charge');
  return names.length > others.length ? [...others, 'charge'] : others;
}

function composed(name: string, names: readonly PartName[]): SqlStatement<readonly string[]> {
  const parts = names.map((part) => PARTS[part]);
  const parameters = new Set([...HEAD, ...parts.flatMap((part) => part.parameters)]);
  const columns = parts.flatMap((part) => part.columns ?? []).map((column) => `, ${column}`);
  const conditions = parts
    .flatMap((part) => part.condition ?? [])
    .map((sql) => `\n        AND ${sql}`);
  const others = names.flatMap((part) => {
    const { statement } = PARTS[part];
    return statement === undefined ? [] : `, write_${part.toLowerCase()} AS (${statement})`;
  });
  return new SqlStatement(
    name,
    [...parameters],
    `WITH head AS (
      UPDATE conversations SET revision = revision + 1, status = :status,
        message_count = :messageCount, version = :version, updated_at = :updatedAt,
        accessed_at = :accessedAt, bytes = bytes + :addedBytes::bigint${columns.join('')}
      WHERE owner = :owner AND id = :id AND revision = :revision
        AND (:until::timestamptz IS NULL OR clock_timestamp() < :until)${conditions.join('')}
      RETURNING owner, id
    )${others.join('')} SELECT 1 AS written FROM head`,
  );
}
