import { createSecretKey } from 'node:crypto';
import fastify from 'fastify';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { changeOf } from '../../dist/store/postgres/statements/change.js';
import { LIST } from '../../dist/store/postgres/statements/list.js';
import { LOAD } from '../../dist/store/postgres/statements/load.js';
import { READ_BEFORE } from '../../dist/store/postgres/statements/read.js';

/*
 * A server written by hand for speed alone: Fastify with a JSON schema for the body, a pool of pg with its
 * defaults, the service's own statements, a token verified with a KeyObject. It has no check of what
 * PostgreSQL returns, no header but the ETag, no timeout, no heartbeat, no bound on load, no idempotency,
 * and no answer to a wrong request.
 */
const PAGE_BYTES = 1024 * 1024;
const STATUSES = ['active', 'completed', 'archived'];
const ROLES = { u: 'user', a: 'assistant', s: 'system', t: 'tool' };
const END = 2 ** 31 - 1;
const FIRST = { updatedAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const MINUTE_MS = 60_000;

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.DATABASE_POOL_SIZE),
  idleTimeoutMillis: 0,
});
const secret = createSecretKey(Buffer.from(process.env.JWT_SECRET));

const server = fastify();
server.decorateRequest('owner', null);
server.addHook('onRequest', async (request) => {
  const token = request.headers.authorization.slice('Bearer '.length);
  const { tid, sub } = jwt.verify(token, secret, { algorithms: ['HS256'] });
  request.owner = { tenantId: tid, userId: sub, key: JSON.stringify([tid, sub]) };
});

const CONVERSATIONS = '/api/v1/conversations';

server.post(
  `${CONVERSATIONS}/:id/messages`,
  {
    schema: {
      body: {
        type: 'object',
        required: ['messages'],
        additionalProperties: false,
        properties: {
          messages: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              type: 'object',
              required: ['content'],
              additionalProperties: false,
              properties: {
                role: { const: 'user' },
                content: { type: 'string', minLength: 1, maxLength: 65_536 },
              },
            },
          },
        },
      },
    },
  },
  async ({ owner, params: { id }, body }, reply) => {
    const drafts = body.messages.map(({ content }) => ({
      id: uuidv7(),
      role: 'user',
      parts: [{ type: 'text', text: content }],
    }));
    const json = drafts.map((draft) => JSON.stringify([draft.id, 'u', draft.parts[0].text]));
    let row;
    do row = await append(owner, id, json);
    while (!row);
    const conversation = toConversation(owner, row);
    const createdAt = conversation.updatedAt;
    const firstSeq = row.message_count - drafts.length + 1;
    reply.code(201).header('etag', `"${conversation.version}"`);
    return {
      data: drafts.map((draft, i) => ({ seq: firstSeq + i, createdAt, ...draft })),
      conversation,
    };
  },
);

/** The conversation after it, or nothing when another request has changed the conversation meanwhile. */
async function append(owner, id, json) {
  const row = (await run(LOAD, LOAD.values({ owner: owner.key, id, key: null }))).rows[0];
  const { now } = row;
  const updatedAt = now > row.updated_at ? now : row.updated_at;
  const accessedAt = now - row.accessed_at >= MINUTE_MS ? now : row.accessed_at;
  const bodies = json.map((body) => String(updatedAt.getTime()) + body);
  const after = {
    ...row,
    message_count: row.message_count + json.length,
    version: row.version + 1,
    updated_at: updatedAt,
    accessed_at: accessedAt,
  };
  const head = {
    owner: owner.key,
    id,
    revision: row.revision,
    status: row.status,
    messageCount: after.message_count,
    version: after.version,
    updatedAt,
    accessedAt,
    addedBytes: bodies.reduce((sum, body) => sum + 64 + Buffer.byteLength(body), 0),
  };
  const messages = { firstSeq: row.message_count + 1, bodies: bodies.join('\n') };
  const { statement, values } = changeOf(head, { messages });
  return (await run(statement, values)).rowCount > 0 ? after : undefined;
}

server.get(`${CONVERSATIONS}/:id`, async ({ owner, params: { id }, query }, reply) => {
  const limit = Number(query.messages ?? 50);
  const page = { bound: END, leaf: null, limit, spare: 0, pageBytes: PAGE_BYTES };
  const values = { owner: owner.key, id, ...page };
  const row = (await run(READ_BEFORE, READ_BEFORE.values(values))).rows[0];
  const conversation = toConversation(owner, row);
  conversation.messages = row.bodies.split('\n').map((body, i) => {
    const [messageId, role, content] = JSON.parse(body.slice(13));
    return {
      id: messageId,
      seq: row.first_seq + i,
      role: ROLES[role],
      parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
      createdAt: new Date(Number(body.slice(0, 13))),
    };
  });
  conversation.hasMore = row.first_seq > 1;
  reply.header('etag', `"${conversation.version}"`);
  return conversation;
});

server.get(CONVERSATIONS, async ({ owner, query }) => {
  const limit = Number(query.limit ?? 20);
  const values = { owner: owner.key, statuses: STATUSES, ...FIRST, limit: limit + 1, ttlMs: null };
  const { rows } = await run(LIST, LIST.values(values));
  return {
    data: rows.slice(0, limit).map((row) => toConversation(owner, row)),
    nextCursor: rows.length > limit ? 'cursor' : null,
  };
});

function run({ name, text }, values) {
  return pool.query({ name, text, values });
}

function toConversation({ tenantId, userId }, row) {
  return {
    id: row.id,
    tenantId,
    userId,
    externalId: row.external_id ?? undefined,
    title: row.title ?? undefined,
    status: row.status,
    metadata: JSON.parse(row.metadata),
    messageCount: row.message_count,
    leafSeq: row.leaf_seq ?? row.message_count,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastAccessedAt: row.accessed_at,
    expiresAt: null,
  };
}

await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log(`Listening on ${process.env.PORT}`);
