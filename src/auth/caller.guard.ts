import {
  Inject,
  Injectable,
  Logger,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { isCaller } from './caller.js';
import { isPublic } from './public.decorator.js';

/** The guard that the application brings in place of the JWT verification. */
export const CUSTOM_GUARD = Symbol('CUSTOM_GUARD');

/** Runs the guard of the application, and lets nobody in without a usable caller. */
@Injectable()
export class CallerGuard implements CanActivate {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly reflector: Reflector,
    @Inject(CUSTOM_GUARD) private readonly guard: CanActivate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const verdict = this.guard.canActivate(context);
    const isAllowed = await (isObservable(verdict) ? lastValueFrom(verdict) : verdict);
    if (!isAllowed) throw this.refusal('the guard of the application said no');
    const { user } = context.switchToHttp().getRequest<{ user?: unknown }>();
    if (!isCaller(user)) throw this.refusal('request.user is no usable Caller');
    return true;
  }

  private refusal(reason: string): UnauthorizedException {
    this.logger.debug(`Refused: ${reason}.`);
    return new UnauthorizedException();
  }
}
