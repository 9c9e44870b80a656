import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AUTH_OPTIONS } from './auth.module-definition.js';
import type { AuthOptions } from './auth.options.js';
import type { Caller } from './caller.js';
import { SigningKeys } from './signing-keys.js';
import { callerOf } from './token-claims.js';

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
    keys: SigningKeys,
  ) {
    const { issuer, audience } = options;
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // A KeyObject is fine for jsonwebtoken; the types of passport-jwt know strings only.
      secretOrKeyProvider: (_request: unknown, token: string, done: KeyCallback) => {
        keys.forToken(token).then(
          (key) => done(null, key as never),
          (error: unknown) => done(error),
        );
      },
      algorithms: [options.keys.algorithm],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    });
  }

  /** Passport's hook: the token is verified, and this makes a caller of its claims. */
  validate(claims: Record<string, unknown>): Caller {
    return callerOf(claims, this.options);
  }
}

type KeyCallback = (error: unknown, key?: string) => void;
