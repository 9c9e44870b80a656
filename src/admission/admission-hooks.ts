import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Owner } from '../domain/owner.js';
import type { TokenAuthentication } from '../auth/token-authentication.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { announcesBody } from './announces-body.js';
import { bytesToCount } from './answer-bytes.js';
import type { LimitedRequests } from './limited-requests.js';
import { RequestSlots, type Done, type RequestSlotsOptions } from './request-slots.js';
import type { Share } from './shares.js';
import type { UnsentAnswers } from './unsent-answers.js';

export interface AdmissionHooksOptions extends RequestSlotsOptions {
  readonly unsent: UnsentAnswers;
  /** Null when the application finds its callers itself, in a guard: after the body has been read. */
  readonly authentication: TokenAuthentication | null;
  /** Null when requests are not limited. */
  readonly limited: LimitedRequests | null;
}

/**
 * The hooks by which a request finds its owner, acquires a slot and has its bytes counted. It acquires
 * the slot as soon as its owner is known and its body has arrived, and releases it when its answer is
 * ready. Whoever has no valid token gets 401 before the body is read.
 */
export class AdmissionHooks {
  private readonly slots: RequestSlots;

  constructor(private readonly options: AdmissionHooksOptions) {
    this.slots = new RequestSlots(options);
  }

  /** Call it after all other `onRequest` hooks have been added: these set the headers of a refusal. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('share', null);
    server.decorateRequest('holdsSlot', false);
    server.decorateRequest('bodyCount', null);
    server.addHook('onRequest', (request, reply, done) => {
      this.admit(request, reply, done);
    });
    server.addHook('preHandler', (request, reply, done) => {
      if (request.share === null || request.holdsSlot) done();
      else this.slots.acquire(request.share, request, reply, done);
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      this.slots.release(request);
      request.bodyCount?.release();
      this.countAnswer(request, reply, payload);
      done(null, payload);
    });
  }

  private admit(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { authentication } = this.options;
    // Nobody reads the body of a request without a route.
    if (request.is404) done(new NotFoundException());
    else if (isAlwaysAdmitted(request.raw)) done();
    else {
      this.releaseAtClose(request, reply);
      if (!authentication) this.admitTo(this.slots.commonShare, request, reply, done);
      else this.admitByToken(authentication, request, reply, done);
    }
  }

  private admitByToken(
    authentication: TokenAuthentication,
    request: FastifyRequest,
    reply: FastifyReply,
    done: Done,
  ): void {
    const caller = authentication.findVerified(request.raw);
    if (caller) {
      this.admitOwner(caller.owner, request, reply, done);
      return;
    }
    const { needsToken } = request.routeOptions.config;
    if (!needsToken) this.admitTo(this.slots.unverifiedShare, request, reply, done);
    else if (!authentication.waitsForKey(request.raw)) {
      authentication
        .verify(request, reply)
        .then(({ owner }) => this.admitOwner(owner, request, reply, done), done);
    } else this.verifyInSlot(authentication, request, reply, done);
  }

  /** A token whose key the service does not have waits for the key server, in a slot of the few. */
  private verifyInSlot(
    authentication: TokenAuthentication,
    request: FastifyRequest,
    reply: FastifyReply,
    done: Done,
  ): void {
    const { unverified } = this.options;
    const few = this.slots.unverifiedShare;
    const start = (): void => {
      authentication
        .verify(request, reply)
        .finally(() => unverified.release(few))
        .then(({ owner }) => {
          if (request.raw.socket.destroyed) return;
          this.admitOwner(owner, request, reply, done);
        }, done);
    };
    if (unverified.tryAcquire(few)) start();
    else this.slots.wait(few, request, reply, start);
  }

  /** What a rate limit refuses takes no slot. Public routes have no limit, whoever calls them. */
  private admitOwner(owner: Owner, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { slots, limited } = this.options;
    if (!limited || !request.routeOptions.config.needsToken) {
      this.admitTo(slots.shareOf(owner), request, reply, done);
    } else {
      const admit = (): void => this.admitTo(slots.shareOf(owner), request, reply, done);
      const refuse = (): void => this.slots.refuse(request, reply, 'rate-limits');
      limited.count(owner, request, reply, { admit, fail: done, refuse });
    }
  }

  /** A request with a body acquires its slot later: a slow upload holds none. */
  private admitTo(share: Share, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (this.options.unsent.isOverBound(share.unsent)) {
      this.slots.refuse(request, reply, 'unsent-bytes');
    } else if (!announcesBody(request.raw)) {
      this.slots.acquire(share, request, reply, done);
    } else if (!this.slots.of(share).isFullFor(share)) {
      request.share = share;
      done();
    } else {
      this.slots.waitForPosition(share, request, reply, () => {
        request.share = share;
        done();
      });
    }
  }

  private countAnswer({ share }: FastifyRequest, { raw }: FastifyReply, payload: unknown): void {
    const bytes = bytesToCount(payload);
    if (bytes !== undefined && share) this.options.unsent.add(share.unsent, raw, bytes);
  }

  /**
   * An answer that is written past Fastify, such as that of Nest's @Sse(), never comes to onSend. A
   * client that leaves before the answer releases no slot: the work for its request goes on.
   */
  private releaseAtClose(request: FastifyRequest, reply: FastifyReply): void {
    // It closes once. `once` would cost a removal.
    reply.raw.on('close', () => {
      request.bodyCount?.release();
      if (reply.sent || reply.raw.headersSent) this.slots.release(request);
    });
  }
}
