import { createParamDecorator, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { isCaller, type Caller } from './caller.js';

/**
 * The caller that a guard has put into `request.user`, whichever guard it was. Without a usable
 * caller the answer is 401.
 */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => {
    const { user } = context.switchToHttp().getRequest<{ user?: unknown }>();
    if (!isCaller(user)) throw new UnauthorizedException();
    return user;
  },
);
