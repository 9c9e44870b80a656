import {
  Injectable,
  Logger,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';
import { authenticate } from './authenticate.js';
import type { Caller } from './caller.js';
import { JwtStrategy } from './jwt.strategy.js';
import { isPublic } from './public.decorator.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Lets in whoever has a valid token, and puts the caller into the request. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
    private readonly strategy: JwtStrategy,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>();
    const caller = await this.verified.findCaller(request.headers.authorization);
    request.user = caller ?? (await this.verify(context));
    return true;
  }

  /** Passport reports an unavailable key as a failed login: only `info` tells them apart. */
  private async verify(context: ExecutionContext): Promise<Caller> {
    try {
      const { user, info } = await authenticate(this.strategy, context);
      if (info instanceof KeysUnavailableError) throw info;
      if (user) return user as Caller;
      this.logger.debug(`Refused: ${info instanceof Error ? info.message : 'no usable token'}`);
    } catch (error) {
      if (error instanceof UnusableTokenError) this.logger.debug(`Refused: ${error.message}`);
      throw error;
    }
    throw new UnauthorizedException();
  }
}
