import type { ExecutionContext } from '@nestjs/common';
import passport from 'passport';

/** What a strategy found out about a request. */
export interface Authentication {
  /** `false` or absent when the strategy does not know the caller. */
  readonly user: unknown;
  /** Why the strategy does not know the caller. */
  readonly info: unknown;
}

/**
 * Runs a Passport strategy on a request. It takes the strategy and not the name of one: Passport has
 * one table of names for the whole process, where another application may use the same name.
 */
export function authenticate(
  strategy: passport.Strategy,
  context: ExecutionContext,
): Promise<Authentication> {
  const http = context.switchToHttp();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null, user?: unknown, info?: unknown): void => {
      if (error) reject(error);
      else resolve({ user, info });
    };
    // Passport puts the callbacks of the request into the strategy. Requests that are authenticated at
    // the same time must not share one, or the caller of one becomes the caller of another.
    const own = Object.create(strategy) as passport.Strategy;
    const handle = passport.authenticate(own, { session: false }, settle) as Handler;
    // A strategy that passes a request on has found nobody.
    handle(http.getRequest(), http.getResponse(), settle);
  });
}

type Handler = (request: unknown, response: unknown, next: (error?: Error) => void) => void;
