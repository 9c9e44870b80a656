import { Injectable, Logger, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';
import type { Caller } from './caller.js';
import { Public } from './public.decorator.js';
import { VerifiedTokens } from './verified-tokens.js';

@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.reflector.getAllAndOverride(Public, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isPublic) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>();
    const caller = await this.verified.callerOf(request.headers.authorization);
    if (!caller) return Boolean(await super.canActivate(context));
    request.user = caller;
    return true;
  }

  /** Passport reports a missing key as a failed login; what it was about is in `info`. */
  override handleRequest<TUser>(error: unknown, user: TUser | false, info: unknown): TUser {
    if (info instanceof KeysUnavailableError) throw info;
    if (error instanceof UnusableTokenError) this.logger.debug(`Refused: ${error.message}`);
    if (error instanceof Error) throw error;
    if (!user) {
      this.logger.debug(`Refused: ${info instanceof Error ? info.message : 'no usable token'}`);
      throw new UnauthorizedException();
    }
    return user;
  }
}
