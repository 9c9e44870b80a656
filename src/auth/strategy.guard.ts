import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Strategy } from 'passport';
import { authenticate } from './authenticate.js';

/** The Passport strategy that the application brings in place of the JWT verification. */
export const CUSTOM_STRATEGY = Symbol('CUSTOM_STRATEGY');

/** Asks the strategy of the application who the caller is. */
@Injectable()
export class StrategyGuard implements CanActivate {
  constructor(@Inject(CUSTOM_STRATEGY) private readonly strategy: Strategy) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<{ user?: unknown }>();
    const { user } = await authenticate(this.strategy, request, http.getResponse());
    request.user = user;
    return Boolean(user);
  }
}
