import type { IncomingMessage } from 'node:http';
import { Injectable, Logger, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import jwt from 'jsonwebtoken';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';
import { authenticate } from './authenticate.js';
import { afterScheme, bearerTokenOf } from './bearer-token.js';
import type { Caller } from './caller.js';
import { JwtStrategy } from './jwt.strategy.js';
import { SigningKeys } from './signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

declare module 'node:http' {
  interface IncomingMessage {
    /** The caller that the token of this request names. The token has been verified. */
    verifiedCaller?: Caller;
  }
}

/** Finds the caller of a request by its token. It needs the head of the request only. */
@Injectable()
export class TokenAuthentication {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly verified: VerifiedTokens,
    private readonly keys: SigningKeys,
    private readonly strategy: JwtStrategy,
  ) {}

  /** The caller, if the token has been verified before. It costs next to nothing. */
  findVerified(request: IncomingMessage): Caller | undefined {
    if (request.verifiedCaller) return request.verifiedCaller;
    // A token that has been verified needs no second look at its characters.
    const token = afterScheme(request.headers.authorization);
    const caller = token === undefined ? undefined : this.verified.findCaller(token);
    if (caller) request.verifiedCaller = caller;
    return caller;
  }

  /** Whether the full verification would wait for the key server. */
  waitsForKey({ headers }: IncomingMessage): boolean {
    const token = bearerTokenOf(headers.authorization);
    return token !== undefined && this.keys.mustFetchFor(token);
  }

  /**
   * The full verification. Passport reports an unavailable key as a failed login: only `info` tells
   * them apart.
   * @throws UnauthorizedException, UnusableTokenError, KeysUnavailableError
   */
  async verify(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (bearerTokenOf(request.headers.authorization) === undefined) {
      throw this.refusal('no bearer token');
    }
    try {
      const { user, info } = await authenticate(this.strategy, request, reply);
      if (info instanceof KeysUnavailableError) throw info;
      if (user) return (request.raw.verifiedCaller = user as Caller);
      throw this.refusal(reasonOf(info));
    } catch (error) {
      if (error instanceof UnusableTokenError) this.logger.debug(`Refused: ${error.message}`);
      throw error;
    }
  }

  private refusal(reason: string): UnauthorizedException {
    this.logger.debug(`Refused: ${reason}`);
    return new UnauthorizedException();
  }
}

/** Errors of jsonwebtoken have texts of their own. Any other error may quote the token. */
function reasonOf(info: unknown): string {
  return info instanceof jwt.JsonWebTokenError ? info.message : 'no usable token';
}
