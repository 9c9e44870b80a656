import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { JwtOptions } from './auth.options.js';
import { bearerTokenOf } from './bearer-token.js';
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
  /** The token of each request in progress, and the key that verifies it. */
  private readonly tokenByRequest: WeakMap<object, KeyedToken>;

  constructor(
    @Inject(JWT_OPTIONS) private readonly options: JwtOptions,
    private readonly verified: VerifiedTokens,
    keys: SigningKeys,
  ) {
    const { issuer, audience } = options;
    const tokenByRequest = new WeakMap<object, KeyedToken>();
    super({
      jwtFromRequest: ({ headers }: FastifyRequest) => bearerTokenOf(headers.authorization) ?? null,
      // jsonwebtoken takes a KeyObject; the types of passport-jwt allow only a string.
      secretOrKeyProvider: (request: object, token: string, done: KeyCallback) => {
        keys.forToken(token).then(
          (key) => {
            tokenByRequest.set(request, { token, key });
            done(null, key.keyObject as never);
          },
          (error: unknown) => done(error),
        );
      },
      passReqToCallback: true,
      algorithms: [options.keys.algorithm],
      ...(issuer !== undefined && { issuer: [issuer].flat() }),
      ...(audience !== undefined && { audience: [audience].flat() }),
    });
    this.tokenByRequest = tokenByRequest;
  }

  /** Passport calls it with the claims of a token that has been verified. */
  validate(request: FastifyRequest, claims: Claims): Caller {
    const caller = toCaller(claims, this.options);
    const keyed = this.tokenByRequest.get(request);
    if (keyed) {
      this.verified.add(keyed.token, {
        key: keyed.key,
        notBefore: Number(claims['nbf'] ?? 0),
        expiresAt: Number(claims['exp']),
        caller,
      });
    }
    return caller;
  }
}

interface KeyedToken {
  readonly token: string;
  readonly key: TokenKey;
}

type KeyCallback = (error: unknown, key?: string) => void;
