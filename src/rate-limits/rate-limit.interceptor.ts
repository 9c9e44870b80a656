import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { isCaller } from '../auth/caller.js';
import type { RateLimiter } from './rate-limiter.js';

/**
 * Counts the requests of callers whom a guard of the application has found: no hook knows them before the body is
 * read. A request without a caller, to a public route, is not counted.
 */
export class RateLimitInterceptor implements NestInterceptor {
  constructor(private readonly limiter: Pick<RateLimiter, 'admit'>) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    // The caller of a field of GraphQL, or of a message, is not where that of a request is.
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const { user } = http.getRequest<{ user?: unknown }>();
    if (isCaller(user)) await this.limiter.admit(user.owner, http.getResponse<FastifyReply>());
    return next.handle();
  }
}
