import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';
import { isPublic } from './public.decorator.js';
import { TokenAuthentication } from './token-authentication.js';

type Request = FastifyRequest & { user?: Caller };

/**
 * Lets in whoever has a valid token, and puts the caller into the request. In an application with
 * `configureApp`, a hook has verified the token before the body was read.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: TokenAuthentication,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.raw.verifiedCaller) {
      request.user = request.raw.verifiedCaller;
      return true;
    }
    if (isPublic(this.reflector, context)) return true;
    const caller = this.authentication.findVerified(request.raw);
    if (!caller) return this.verify(request, context.switchToHttp().getResponse());
    request.user = caller;
    return true;
  }

  private async verify(request: Request, reply: FastifyReply): Promise<boolean> {
    request.user = await this.authentication.verify(request, reply);
    return true;
  }
}
