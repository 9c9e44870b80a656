import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CONVERSATION_STATUSES,
  type NewMessage,
  type Owner,
  type WriteOptions,
} from 'conversation-store';
import pg from 'pg';
import { PostgresPurge } from '../../src/store/postgres/postgres.purge.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { ownerKey } from '../../src/domain/owner-key.js';
import {
  beforeStatements,
  openPostgresStore,
  openRecordingStore,
  type RecordedStatement,
} from '../support/postgres-store.js';
import { DELETE } from '../../src/store/postgres/statements/erase.js';
import { LOAD } from '../../src/store/postgres/statements/load.js';
import { READ_BEFORE, READ_LAST_OF } from '../../src/store/postgres/statements/read.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { numbered, aSnapshot, openRecord } from '../support/postgres-record.js';

/** Owners, and conversations of each. */
const SIZE = 1_000;
const LARGE_OWNER: Owner = { tenantId: 'large', userId: 'owner' };
const CONVERSATIONS_OF_LARGE_OWNER = 10_000;
/** Of the conversation that is read, and of a thousand others of its owner. */
const MESSAGES = 1_000;
const MESSAGES_OF_OTHERS = 100;
const LIMITS = { maxConversationsPerUser: 1_000_000 };
/** What only branches need. */
const BRANCH_STATEMENTS = ['read-last-of', 'read-first-of', 'change fields leaf'];
const QUOTA = { ...LIMITS, ownerQuotaBytes: 1e12 };

let url: string;
let client: pg.Client;
/** The conversation of the large owner that has messages. */
let id: string;

beforeAll(async () => {
  url = await createSharedDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await (await openPostgresStore({}, url)).close();
  await fill();
});

afterAll(() => client.end());

/** Rows as the driver writes them, by the hundred thousand. */
async function fill(): Promise<void> {
  await client.query(
    `INSERT INTO conversations (owner, id, status, metadata, message_count, version, revision,
       created_at, updated_at, accessed_at, bytes, state_version)
     SELECT owner, gen_random_uuid(), (ARRAY['active', 'active', 'archived'])[1 + n % 3], '{}', 0, 1, 1,
       now(), now() - n * interval '1 second', now(), 300, 0
     FROM (
       SELECT '["t","' || o || '"]' AS owner, n
       FROM generate_series(1, ${SIZE}) AS o, generate_series(1, ${SIZE}) AS n
       UNION ALL
       SELECT $1::text, n FROM generate_series(1, ${CONVERSATIONS_OF_LARGE_OWNER}) AS n
     ) AS wanted`,
    [ownerKey(LARGE_OWNER)],
  );
  await client.query(
    `INSERT INTO owners (owner, conversations)
     SELECT owner, count(*) FROM conversations GROUP BY owner
     UNION ALL SELECT '["other","' || n || '"]', 1 FROM generate_series(1, 10000) AS n`,
  );
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM conversations WHERE owner = $1 AND status = 'active' LIMIT 1000`,
    [ownerKey(LARGE_OWNER)],
  );
  id = (rows[0] as { id: string }).id;
  const ids = rows.map((row) => row.id);
  await client.query(
    `INSERT INTO messages (owner, conversation_id, seq, body)
     SELECT $1, c.id, n, '1700000000000["m","u","text"]'
     FROM unnest($2::uuid[]) AS c (id), generate_series(1, ${MESSAGES}) AS n
     WHERE n <= ${MESSAGES_OF_OTHERS} OR id = $3`,
    [ownerKey(LARGE_OWNER), ids, id],
  );
  await client.query(
    `UPDATE conversations SET message_count = CASE WHEN id = $3 THEN ${MESSAGES} ELSE ${MESSAGES_OF_OTHERS} END
     WHERE owner = $1 AND id = ANY ($2)`,
    [ownerKey(LARGE_OWNER), ids, id],
  );
  await client.query(
    `INSERT INTO idempotency_records (owner, key, record, created_at)
     SELECT '["t","' || n % 1000 || '"]', 'key ' || n, 'hash id 1 1', now()
     FROM generate_series(1, 100000) AS n`,
  );
  await client.query(
    `INSERT INTO turn_events (owner, conversation_id, turn_id, seq, data, created_at)
     SELECT $1, id, id, n, '{}', now()
     FROM unnest($2::uuid[]) AS c (id), generate_series(1, ${MESSAGES_OF_OTHERS}) AS n`,
    [ownerKey(LARGE_OWNER), ids],
  );
  await client.query(
    `INSERT INTO request_counts (owner, window_seconds, requests, ends_at)
     SELECT '["t","' || n || '"]', 60, 1, now() + n * interval '1 second' FROM generate_series(1, 100000) AS n`,
  );
  await client.query('ANALYZE');
}

/** Everything that a request can ask of the store, once. Each statement is recorded with its values. */
async function useAll(store: PostgresConversationStore): Promise<void> {
  const owner = LARGE_OWNER;
  const message = (): NewMessage => ({
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: 'hi' }],
  });
  const limits = [
    { policy: 'user', requests: 9, windowSeconds: 60 },
    { policy: 'tenant', requests: 9, windowSeconds: 60 },
  ] as const;
  await store.requestCounter.count(owner, limits);
  await store.requestCounter.count(owner, limits.slice(0, 1));
  const withKey = (): WriteOptions => ({
    idempotency: { key: randomUUID(), requestHash: 'hash' },
  });
  for (const options of [(): WriteOptions => ({}), withKey]) {
    await store.create(owner, { id: randomUUID(), metadata: {}, messages: [message()] }, options());
    await store.append(owner, id, [message(), message()], options());
    await store.fork(owner, { id: randomUUID(), forkedFrom: { id, seq: 500 } }, options());
    const ofTurn = options();
    const turn = { id: randomUUID(), onConflict: 'enqueue', leaseMs: 60_000 } as const;
    await store.beginTurn(owner, id, { ...turn, input: { message: message() }, ...ofTurn });
    await store.beginTurn(owner, id, { ...turn, input: { message: message() }, id: randomUUID() });
    const ref = { owner, conversationId: id, turnId: turn.id };
    await store.advanceTurn(ref, { leaseMs: 60_000, events: [{ seq: 1, data: 'a' }] });
    await store.advanceTurn(ref, { leaseMs: 60_000, events: [{ seq: 20_000, data: 'a' }] });
    await store.putState(owner, id, { a: 1 }, (await store.getState(owner, id)).version, ref);
    await store.readTurn(owner, id, { after: 0, maxBytes: 1_000 });
    await store.readTurn(owner, id, { after: 0, maxBytes: 1_000, turnId: turn.id });
    const ending = {
      end: 'completed',
      replies: [message()],
      events: [{ seq: 20_001, data: 'b' }],
    } as const;
    await store.endTurn(ref, { ...ending, ...ofTurn });
    await store.cancelTurn(ref);
    await emptyQueue();
  }
  await store.read(owner, id, { limit: 50, from: 'end' });
  await store.read(owner, id, { limit: 200, from: { before: 500 } });
  await store.read(owner, id, { limit: 200, from: { after: 500 } });
  await branch(store);
  await store.update(owner, id, { title: 'title' });
  await store.touch(owner, id);
  const query = { limit: 20, statuses: CONVERSATION_STATUSES };
  const { next } = await store.list(owner, query);
  await store.list(owner, { ...query, ...(next && { after: next }) });
  await store.list(owner, { limit: 100, statuses: ['archived'] });
  await store.listIds(owner);
  const small = { tenantId: 't', userId: '1' };
  const draft = { id: randomUUID(), metadata: {}, messages: [message()] };
  await store.create(small, draft);
  await store.delete(small, draft.id);
  await store.create(small, draft);
  await store.erase(small);
}

/** Each statement of a conversation with branches, once. */
async function branch(store: PostgresConversationStore): Promise<void> {
  const owner = LARGE_OWNER;
  const message = (): NewMessage => ({ id: randomUUID(), role: 'user', parts: [] });
  await store.append(owner, id, [message()], { parentSeq: 1 });
  await store.append(owner, id, [message()], { parentSeq: 500 });
  await store.update(owner, id, { leafSeq: 1 });
  const branchOf = (leafSeq: number) => ({ limit: 200, branch: leafSeq });
  const { conversation } = await store.read(owner, id, { ...branchOf(1), from: 'end' });
  await store.read(owner, id, { ...branchOf(conversation.messageCount), from: 'end' });
  await store.read(owner, id, { ...branchOf(conversation.messageCount), from: { after: 400 } });
  // The next one begins without branches.
  await client.query(`UPDATE conversations SET branches = '', leaf_seq = NULL WHERE id = $1`, [id]);
}

/** Everything that a Redis in front of the tables asks of them, once. */
async function useRecord(): Promise<RecordedStatement[]> {
  const recorded: RecordedStatement[] = [];
  const { record, connection } = await openRecord(url, QUOTA);
  beforeStatements(connection, async (statement) => {
    recorded.push(statement);
  });
  const owner = LARGE_OWNER;
  const records = [{ key: randomUUID(), record: 'hash id 1 1' }];
  const snapshots = Array.from({ length: 20 }, () => aSnapshot({ owner, records }));
  await record.save(numbered([[1, ((await record.flushNumbers()).get(1) ?? 0) + 1]]), snapshots);
  await record.fence(1, 0);
  await record.load(owner, id, { tail: 100, tailBytes: 100_000 });
  await record.revisions(snapshots);
  await record.living(owner);
  await record.findRecord(owner, 'key');
  await record.conversationCount(owner);
  await record.bury(
    owner,
    snapshots.map((snapshot) => ({ id: snapshot.id, revision: 2, records })),
  );
  await record.close();
  return recorded;
}

/** A queued turn would begin before the next one. */
async function emptyQueue(): Promise<void> {
  await client.query(
    `UPDATE conversations SET turns = turns || '{"queue": []}' WHERE owner = $1 AND id = $2`,
    [ownerKey(LARGE_OWNER), id],
  );
}

describe.each([
  ['custom plans', 'force_custom_plan'],
  ['generic plans', 'force_generic_plan'],
])('every statement that a request runs, with %s', (_, mode) => {
  it('uses an index', async () => {
    const recorded: RecordedStatement[] = [];
    for (const limits of [{ ...LIMITS, ttlMs: null }, QUOTA]) {
      const opened = await openRecordingStore(url, limits);
      await useAll(opened.store).finally(() => opened.store.close());
      recorded.push(...opened.recorded);
    }
    recorded.push(...(await useRecord()));
    const byName = new Map(recorded.map((statement) => [statement.name, statement]));
    expect(byName.size).toBeGreaterThan(46);
    expect([...byName.keys()]).toEqual(expect.arrayContaining(BRANCH_STATEMENTS));
    await client.query(`SET plan_cache_mode = ${mode}`);
    const scans: string[] = [];
    for (const { name, text, values } of byName.values()) {
      const plan = await explain(text, values);
      const sequential = nodesOf(plan).filter(isSequential);
      for (const node of sequential) scans.push(`${name}: ${node['Relation Name']}`);
    }
    expect(scans).toEqual([]);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

interface ExplainedRow {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }];
}

async function explain(text: string, values: readonly unknown[]): Promise<PlanNode> {
  await client.query(`PREPARE explained AS ${text}`);
  try {
    const literals = values.map(toLiteral).join(', ');
    const { rows } = await client.query<ExplainedRow>(
      `EXPLAIN (FORMAT JSON) EXECUTE explained${literals ? ` (${literals})` : ''}`,
    );
    return (rows[0] as ExplainedRow)['QUERY PLAN'][0].Plan;
  } finally {
    await client.query('DEALLOCATE explained');
  }
}

function toLiteral(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return `'${value.toISOString()}'`;
  if (Array.isArray(value)) {
    return pg.escapeLiteral(`{${value.map((entry) => JSON.stringify(entry)).join(',')}}`);
  }
  return pg.escapeLiteral(value as string);
}

describe('a table that PostgreSQL has not analysed yet', () => {
  it('is read by its key, and not through all conversations of an owner', async () => {
    const database = await createSharedDatabase();
    const opened = await openPostgresStore({}, database);
    await opened.close();
    const fresh = new pg.Client({ connectionString: database });
    await fresh.connect();
    await fresh.query('ALTER TABLE conversations SET (autovacuum_enabled = off)');
    await fresh.query(
      `INSERT INTO conversations (owner, id, status, metadata, message_count, version, revision,
         created_at, updated_at, accessed_at, bytes, state_version)
       SELECT '["t","u"]', gen_random_uuid(), 'active', '{}', 0, 1, 1, now(), now(), now(), 300, 0
       FROM generate_series(1, 2000)`,
    );
    await fresh.query('SET plan_cache_mode = force_generic_plan');
    const used: string[] = [];
    for (const statement of [LOAD, READ_BEFORE, READ_LAST_OF, DELETE]) {
      await fresh.query(`PREPARE fresh AS ${statement.text}`);
      const nulls = statement.parameters.map(() => 'NULL').join(', ');
      const { rows } = await fresh.query<ExplainedRow>(
        `EXPLAIN (FORMAT JSON) EXECUTE fresh (${nulls})`,
      );
      const nodes = nodesOf((rows[0] as ExplainedRow)['QUERY PLAN'][0].Plan);
      used.push(...nodes.flatMap((node) => node['Index Name'] ?? []));
      await fresh.query('DEALLOCATE fresh');
    }
    await fresh.end();
    expect(used).toContain('conversations_pkey');
    expect(used).not.toContain('conversations_by_update');
  });
});

describe('the purge', () => {
  it('looks for what is old in an index, and reads nothing else', async () => {
    const { store, connection, recorded } = await openRecordingStore(url);
    await new PostgresPurge(connection, { ttlMs: 1 }).purge().finally(() => store.close());
    expect(new Set(recorded.map(({ name }) => name)).size).toBe(7);
    const filters: unknown[] = [];
    for (const { name, text, values } of recorded) {
      const nodes = nodesOf(await explain(text, values));
      filters.push(
        ...nodes.filter(({ Filter = '' }) => /(accessed_at|created_at|ends_at) </.test(Filter)),
      );
      expect([name, nodes.filter(isSequential)]).toEqual([name, []]);
    }
    expect(filters).toEqual([]);
  });
});

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Whether it scans a whole table, other than that of the numbers of flushes: a row for each partition of Redis. */
function isSequential({ 'Node Type': type, 'Relation Name': table }: PlanNode): boolean {
  return type === 'Seq Scan' && table !== undefined && table !== 'flush_numbers';
}
