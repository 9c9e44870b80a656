import { createParamDecorator, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isCaller, type Caller } from './caller.js';

/**
 * The caller that a guard has put into `request.user`, whichever guard it was. Without a usable
 * caller the answer is 401.
 */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => {
    const { user, raw } = context.switchToHttp().getRequest<FastifyRequest & { user?: unknown }>();
    // The caller that a token names has been checked once, for all requests with this token.
    const { verifiedCaller } = raw;
    if (verifiedCaller && user === verifiedCaller) return verifiedCaller;
    if (!isCaller(user)) throw new UnauthorizedException();
    return user;
  },
);
