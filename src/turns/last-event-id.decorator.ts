import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../http/request.errors.js';

/** The `seq` of the last event that the client has; 0 when it has none. */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const id = headers['last-event-id'] ?? '0';
  if (typeof id === 'string' && /^\d{1,9}$/.test(id)) return Number(id);
  const message = 'must be the id of an event of the stream';
  throw new InvalidRequestError([{ field: 'Last-Event-ID', message }]);
});
