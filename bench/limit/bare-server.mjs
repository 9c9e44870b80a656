import { createSecretKey } from 'node:crypto';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { OwnerKeys } from '../../dist/store/redis/redis.keys.js';
import { SCRIPTS } from '../../dist/store/redis/redis.scripts.js';

/*
 * A server written by hand for speed alone: Fastify with a JSON schema for the body, ioredis with its
 * defaults, the service's own scripts, a token verified with a KeyObject. It has no check of what Redis
 * returns, no header but the ETag, no heartbeat, no bound on load, and no answer to a wrong request.
 */
const TTL_MS = 2_592_000_000;
const MAX_MESSAGES = 1_000_000;
const NO_QUOTA = 0;
const PAGE_BYTES = 1024 * 1024;
const STATUSES = ['active', 'completed', 'archived'];
const CONVERSATION_FIELDS = ['head', 'title', 'externalId', 'metadata'];
const ROLES = { u: 'user', a: 'assistant', s: 'system', t: 'tool' };

const redis = new Redis(process.env.REDIS_URL);
const secret = createSecretKey(Buffer.from(process.env.JWT_SECRET));
const keysOfOwners = new Map();
for (const { sha1, lua } of Object.values(SCRIPTS)) {
  if ((await redis.script('LOAD', lua)) !== sha1) throw new Error('Not the same script.');
}

const server = fastify();
server.decorateRequest('owner', null);
server.addHook('onRequest', async (request) => {
  const token = request.headers.authorization.slice('Bearer '.length);
  const { tid, sub } = jwt.verify(token, secret, { algorithms: ['HS256'] });
  request.owner = { tenantId: tid, userId: sub };
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
    const elements = drafts.map((draft) => JSON.stringify([draft.id, 'u', draft.parts[0].text]));
    const own = keysOf(owner);
    const { conversationKey, messagesKey } = own.conversation(id);
    const keys = [conversationKey, messagesKey, own.expiriesKey, own.activeKey];
    const args = [id, TTL_MS, MAX_MESSAGES, '', 0, '', NO_QUOTA, '', '', ...elements];
    const [, firstSeq, fields] = await redis.evalsha(SCRIPTS.append.sha1, 4, ...keys, ...args);
    const conversation = toConversation(owner, id, fields);
    const createdAt = conversation.updatedAt;
    reply.code(201).header('etag', `"${conversation.version}"`);
    return {
      data: drafts.map((draft, i) => ({ seq: firstSeq + i, createdAt, ...draft })),
      conversation,
    };
  },
);

server.get(`${CONVERSATIONS}/:id`, async ({ owner, params: { id }, query }, reply) => {
  const { conversationKey, messagesKey } = keysOf(owner).conversation(id);
  const args = ['end', 0, Number(query.messages ?? 50), PAGE_BYTES, ''];
  const answer = await redis.evalsha(SCRIPTS.read.sha1, 2, conversationKey, messagesKey, ...args);
  const [, , hasMore, [first], fields, elements] = answer;
  const conversation = toConversation(owner, id, fields);
  conversation.messages = elements.map((element, i) => {
    const [messageId, role, content] = JSON.parse(element.slice(13));
    return {
      id: messageId,
      seq: first + i,
      role: ROLES[role],
      parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
      createdAt: new Date(Number(element.slice(0, 13))),
    };
  });
  conversation.hasMore = hasMore === 1;
  reply.header('etag', `"${conversation.version}"`);
  return conversation;
});

server.get(CONVERSATIONS, async ({ owner, query }) => {
  const limit = Number(query.limit ?? 20);
  const keys = keysOf(owner);
  const args = [limit + 1, '', '', ...STATUSES];
  const { expiriesKey, activeKey, completedKey, archivedKey } = keys;
  const indices = [expiriesKey, activeKey, completedKey, archivedKey];
  const [, ...flat] = await redis.evalsha(SCRIPTS.list.sha1, 4, ...indices, ...args);
  const ids = flat.filter((_, i) => i % 2 === 0).slice(0, limit);
  const hashes = ids.map((id) => keys.conversation(id).conversationKey);
  const { sha1 } = SCRIPTS.readHashes;
  const fields = [PAGE_BYTES, ...CONVERSATION_FIELDS];
  const replies = await redis.evalsha(sha1, hashes.length, ...hashes, ...fields);
  const nextCursor = flat.length > 2 * limit ? 'cursor' : null;
  return {
    data: replies.map((values, i) => toConversation(owner, ids[i], values)),
    nextCursor,
  };
});

function keysOf(owner) {
  const name = `${owner.tenantId} ${owner.userId}`;
  let keys = keysOfOwners.get(name);
  if (!keys) keysOfOwners.set(name, (keys = new OwnerKeys('cs:', owner)));
  return keys;
}

function toConversation({ tenantId, userId }, id, [head, title, externalId, metadata]) {
  const [status, version, messageCount, ...times] = head.split(' ');
  const [createdAt, updatedAt, lastAccessedAt, expiresAt] = times.map((ms) => new Date(Number(ms)));
  return {
    id,
    tenantId,
    userId,
    externalId: externalId ?? undefined,
    title: title ?? undefined,
    status,
    metadata: metadata ? JSON.parse(metadata) : {},
    messageCount: Number(messageCount),
    // No conversation of the benchmark has branches.
    leafSeq: Number(messageCount),
    version: Number(version),
    createdAt,
    updatedAt,
    lastAccessedAt,
    expiresAt,
  };
}

await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log(`Listening on ${process.env.PORT}`);
