import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AUTH_OPTIONS } from './auth.module-definition.js';
import type { AuthOptions } from './auth.options.js';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';
import { SigningKeys, type TokenKey } from './signing-keys.js';
import { callerOf, type Claims } from './token-claims.js';
import { VerifiedTokens } from './verified-tokens.js';

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  /** With which key each token is being verified. */
  private readonly keysOfRequests: WeakMap<object, TokenKey>;

  constructor(
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
    private readonly verified: VerifiedTokens,
    keys: SigningKeys,
  ) {
    const { issuer, audience } = options;
    const keysOfRequests = new WeakMap<object, TokenKey>();
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // A KeyObject is fine for jsonwebtoken; the types of passport-jwt know strings only.
      secretOrKeyProvider: (request: object, token: string, done: KeyCallback) => {
        keys.forToken(token).then(
          (tokenKey) => {
            keysOfRequests.set(request, tokenKey);
            done(null, tokenKey.keyObject as never);
          },
          (error: unknown) => done(error),
        );
      },
      passReqToCallback: true,
      algorithms: [options.keys.algorithm],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    });
    this.keysOfRequests = keysOfRequests;
  }

  /** Passport's hook: the token is verified, and this makes a caller of its claims. */
  validate(request: FastifyRequest, claims: Claims): Caller {
    const caller = callerOf(claims, this.options);
    const { authorization } = request.headers;
    const key = this.keysOfRequests.get(request);
    if (key && authorization !== undefined) {
      this.verified.remember(authorization, {
        key,
        notBefore: Number(claims['nbf'] ?? 0),
        expiresAt: Number(claims['exp']),
        caller,
      });
    }
    return caller;
  }
}

type KeyCallback = (error: unknown, key?: string) => void;
