import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { JwtOptions } from './auth.options.js';
import type { Caller } from './caller.js';
import { JWT_OPTIONS } from './jwt.module-definition.js';
import { SigningKeys, type TokenKey } from './signing-keys.js';
import { toCaller, type Claims } from './token-claims.js';
import { VerifiedTokens } from './verified-tokens.js';

/**
 * Verifies a token and makes a caller of its claims. `PassportStrategy` also registers the strategy
 * under its name in a table of the whole process. The name is not `jwt`, so that a strategy of that
 * name which the application brings stays registered.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'conversation-store') {
  /** The key that verifies the token of each request in progress. */
  private readonly keyByRequest: WeakMap<object, TokenKey>;

  constructor(
    @Inject(JWT_OPTIONS) private readonly options: JwtOptions,
    private readonly verified: VerifiedTokens,
    keys: SigningKeys,
  ) {
    const { issuer, audience } = options;
    const keyByRequest = new WeakMap<object, TokenKey>();
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // jsonwebtoken takes a KeyObject; the types of passport-jwt allow only a string.
      secretOrKeyProvider: (request: object, token: string, done: KeyCallback) => {
        keys.forToken(token).then(
          (key) => {
            keyByRequest.set(request, key);
            done(null, key.keyObject as never);
          },
          (error: unknown) => done(error),
        );
      },
      passReqToCallback: true,
      algorithms: [options.keys.algorithm],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    });
    this.keyByRequest = keyByRequest;
  }

  /** Passport calls it with the claims of a token that has been verified. */
  validate(request: FastifyRequest, claims: Claims): Caller {
    const caller = toCaller(claims, this.options);
    const { authorization } = request.headers;
    const key = this.keyByRequest.get(request);
    if (key && authorization !== undefined) {
      this.verified.add(authorization, {
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
