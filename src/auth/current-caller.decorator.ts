import { createParamDecorator, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import type { Caller } from './caller.js';

/** The caller that the guard found. Without a guard there is none, and so no answer. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => {
    const { user } = context.switchToHttp().getRequest<{ user?: Caller }>();
    if (!user) throw new UnauthorizedException();
    return user;
  },
);
