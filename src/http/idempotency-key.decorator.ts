import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from './request.errors.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` header of the request; undefined when it has none. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const key = headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && VISIBLE_ASCII.test(key)) return key;
    const message = 'must be sent once, with 1 to 255 visible ASCII characters';
    throw new InvalidRequestError([{ field: 'Idempotency-Key', message }]);
  },
);
