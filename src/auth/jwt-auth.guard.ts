import { Injectable, Logger, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';
import { Public } from './public.decorator.js';

@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly logger = new Logger('Auth');

  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.reflector.getAllAndOverride(Public, [
      context.getHandler(),
      context.getClass(),
    ]);
    return isPublic || Boolean(await super.canActivate(context));
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
