import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenAuthentication } from '../auth/token-authentication.js';
import type { Bound } from '../http/bounds.js';
import { OverloadedError } from '../http/request.errors.js';
import { toProblem } from '../problems/problem-catalogue.js';
import type { RefusalCounts } from '../problems/refusal-counts.js';
import { sendProblem } from '../problems/send-problem.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { announcesBody } from './announces-body.js';
import type { FairSlots } from './fair-slots.js';
import { PacedStarts } from './paced-starts.js';
import type { Share } from './shares.js';
import { WaitingRequest } from './waiting-request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the slot of this request counts towards; null when the request needs no slot. */
    share: Share | null;
    holdsSlot: boolean;
  }
  interface FastifyContextConfig {
    /** A request of this route mostly waits for something else: it holds its slot only to start. */
    waits?: boolean;
  }
}

type Done = (error?: Error) => void;

/** The share of all requests that have no owner yet. No owner has an empty id. */
export const NOBODY = { tenantId: '', userId: '' };

export interface AdmissionHooksOptions {
  readonly slots: FairSlots;
  /** Slots of their own for requests without a verified token. */
  readonly unverified: FairSlots;
  /** Null when the application finds its callers itself, in a guard: after the body has been read. */
  readonly authentication: TokenAuthentication | null;
  readonly refusals: RefusalCounts;
}

/**
 * The hooks by which a request finds its owner and acquires a slot. It acquires the slot as soon as
 * its owner is known and its body has arrived, and releases it when its answer is ready. Whoever has
 * no valid token gets 401 before the body is read.
 */
export class AdmissionHooks {
  private readonly starts = new PacedStarts();
  private readonly slots: FairSlots;
  private readonly unverified: FairSlots;
  private readonly authentication: TokenAuthentication | null;
  private readonly refusals: RefusalCounts;
  private readonly unverifiedShare: Share;
  private readonly commonShare: Share;

  constructor({ slots, unverified, authentication, refusals }: AdmissionHooksOptions) {
    this.slots = slots;
    this.unverified = unverified;
    this.authentication = authentication;
    this.refusals = refusals;
    this.unverifiedShare = unverified.shareOf(NOBODY);
    this.commonShare = slots.shareOf(NOBODY);
  }

  /** Call it after all other `onRequest` hooks have been added: these set the headers of a refusal. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('share', null);
    server.decorateRequest('holdsSlot', false);
    server.addHook('onRequest', (request, reply, done) => {
      this.admit(request, reply, done);
    });
    server.addHook('preHandler', (request, reply, done) => {
      if (request.share === null || request.holdsSlot) done();
      else this.acquire(request.share, request, reply, done);
    });
    server.addHook('onSend', (request, _reply, payload, done) => {
      this.release(request);
      done(null, payload);
    });
  }

  private admit(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { authentication } = this;
    // Nobody reads the body of a request without a route.
    if (request.is404) done(new NotFoundException());
    else if (isAlwaysAdmitted(request.raw)) done();
    else if (!authentication) this.admitTo(this.commonShare, request, reply, done);
    else this.admitByToken(authentication, request, reply, done);
  }

  private admitByToken(
    authentication: TokenAuthentication,
    request: FastifyRequest,
    reply: FastifyReply,
    done: Done,
  ): void {
    const caller = authentication.findVerified(request.raw);
    if (caller) {
      this.admitTo(this.slots.shareOf(caller.owner), request, reply, done);
      return;
    }
    const { needsToken } = request.routeOptions.config;
    if (!needsToken) this.admitTo(this.unverifiedShare, request, reply, done);
    else if (!authentication.waitsForKey(request.raw)) {
      authentication
        .verify(request, reply)
        .then(({ owner }) => this.admitTo(this.slots.shareOf(owner), request, reply, done), done);
    } else this.verifyInSlot(authentication, request, reply, done);
  }

  /** A token whose key the service does not have waits for the key server, in a slot of the few. */
  private verifyInSlot(
    authentication: TokenAuthentication,
    request: FastifyRequest,
    reply: FastifyReply,
    done: Done,
  ): void {
    const few = this.unverifiedShare;
    const start = (): void => {
      authentication
        .verify(request, reply)
        .finally(() => this.unverified.release(few))
        .then(({ owner }) => {
          if (request.raw.socket.destroyed) return;
          this.admitTo(this.slots.shareOf(owner), request, reply, done);
        }, done);
    };
    if (this.unverified.tryAcquire(few)) start();
    else this.wait(few, request, reply, start);
  }

  /** A request with a body acquires its slot later: a slow upload holds none. */
  private admitTo(share: Share, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (!announcesBody(request.raw)) {
      this.acquire(share, request, reply, done);
    } else if (this.slotsOf(share).isFullFor(share)) {
      this.refuse(request, reply, this.boundOf(share));
    } else {
      request.share = share;
      done();
    }
  }

  private acquire(share: Share, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (this.slotsOf(share).tryAcquire(share)) this.start(share, request, reply, done);
    else this.wait(share, request, reply, () => this.start(share, request, reply, done));
  }

  private wait(
    share: Share,
    request: FastifyRequest,
    reply: FastifyReply,
    start: () => void,
  ): void {
    const refuse = (): void => this.refuse(request, reply, this.boundOf(share));
    const waiting = new WaitingRequest(request, start, refuse);
    if (!this.slotsOf(share).enqueue(share, waiting)) refuse();
  }

  /** Answers here and not in the filter, which sees no errors of routes that Nest does not know. */
  private refuse(request: FastifyRequest, reply: FastifyReply, bound: Bound): void {
    this.refusals.count(bound);
    sendProblem(request, reply, toProblem(new OverloadedError(bound)));
  }

  private start(share: Share, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    request.share = share;
    request.holdsSlot = true;
    this.releaseAtClose(request, reply);
    this.starts.enqueue(() => {
      done();
      if (request.routeOptions.config.waits) this.release(request);
    });
  }

  /**
   * An answer that is written past Fastify, such as that of Nest's @Sse(), never comes to onSend. A
   * client that leaves before the answer releases nothing: the work for its request goes on.
   */
  private releaseAtClose(request: FastifyRequest, reply: FastifyReply): void {
    reply.raw.once('close', () => {
      if (reply.sent || reply.raw.headersSent) this.release(request);
    });
  }

  private boundOf(share: Share): Bound {
    return share === this.unverifiedShare ? 'unverified-requests' : 'slots';
  }

  private slotsOf(share: Share): FairSlots {
    return share === this.unverifiedShare ? this.unverified : this.slots;
  }

  private release(request: FastifyRequest): void {
    if (!request.holdsSlot || !request.share) return;
    request.holdsSlot = false;
    this.slotsOf(request.share).release(request.share);
  }
}
