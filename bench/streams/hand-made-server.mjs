import { createSecretKey, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createUIMessageStream, JsonToSseTransformStream, UI_MESSAGE_STREAM_HEADERS } from 'ai';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { createResumableStreamContext } from 'resumable-stream/ioredis';
import { tokens } from './tokens.mjs';

/*
 * A chat server as one writes it by hand with the AI SDK: a token verified with a KeyObject, the history read
 * from Redis and the question stored there, the answer streamed so that a client can resume it elsewhere, and
 * stored when it is whole. It has no lease, no queue, no idempotency, no bound, and no check of a request.
 */
const HISTORY = 50;
const secret = createSecretKey(Buffer.from(process.env.JWT_SECRET));
const redis = new Redis(process.env.REDIS_URL);
const streams = createResumableStreamContext({ waitUntil: null });

const server = fastify();
server.post('/chat/:id', async (request, reply) => {
  const token = request.headers.authorization.slice('Bearer '.length);
  const { tid, sub } = jwt.verify(token, secret, { algorithms: ['HS256'] });
  const key = `chat:${tid}:${sub}:${request.params.id}`;
  const question = request.body.message;
  const message = { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: question }] };
  await Promise.all([redis.lrange(key, -HISTORY, -1), redis.rpush(key, JSON.stringify(message))]);
  const answer = createUIMessageStream({
    execute: async ({ writer }) => {
      writer.write({ type: 'start', messageId: randomUUID() });
      writer.write({ type: 'text-start', id: '1' });
      for await (const delta of tokens(question))
        writer.write({ type: 'text-delta', id: '1', delta });
      writer.write({ type: 'text-end', id: '1' });
      writer.write({ type: 'finish' });
    },
    onFinish: async ({ responseMessage }) => {
      await redis.rpush(key, JSON.stringify(responseMessage));
    },
  });
  const stream = await streams.createNewResumableStream(randomUUID(), () =>
    answer.pipeThrough(new JsonToSseTransformStream()),
  );
  return reply.headers(UI_MESSAGE_STREAM_HEADERS).send(Readable.fromWeb(stream));
});

await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log(`Listening on ${process.env.PORT}`);
