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
  request: unknown,
  reply: unknown,
): Promise<Authentication> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null, user?: unknown, info?: unknown): void => {
      if (error) reject(error);
      else resolve({ user, info });
    };
    // Passport writes the callbacks of a request onto the strategy that it is given. Two requests at
    // the same time would overwrite each other's, and one would get the user of the other.
    const own = Object.create(strategy) as passport.Strategy;
    const handle = passport.authenticate(own, { session: false }, settle) as Handler;
    // A strategy that passes a request on has found nobody.
    handle(request, reply, settle);
  });
}

type Handler = (request: unknown, response: unknown, next: (error?: Error) => void) => void;
