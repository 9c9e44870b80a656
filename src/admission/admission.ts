import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppConfig } from '../config/app-config.js';
import { appConfig } from '../config/config.module.js';
import { Drain } from '../health/drain.js';
import { OverloadedError } from '../http/request.errors.js';
import type { Admit } from './admission-server.js';
import { LargeBodies } from './large-bodies.js';
import { Slots } from './slots.js';
import { refuse } from './refusal.js';
import { RefusalLog } from './refusal-log.js';

declare module 'fastify' {
  interface FastifyRequest {
    holdsSlot: boolean;
  }
  interface FastifyContextConfig {
    /** Set on a route whose requests wait, for others mostly: each holds its place to begin with only. */
    waits?: boolean;
  }
}

type Done = (error?: Error) => void;

/** A probe that got no answer would restart a process for being busy. */
const PROBES = /^\/health(?:[/?]|$)/;

/**
 * Who is let in. A request holds a place from when its body is here, so that a slow upload holds
 * none, until its answer is ready, so that a slow reader and a stream hold none. One that waits for
 * somebody else, as a turn for a language model, is let in by the same rule and then holds none.
 */
@Injectable()
export class Admission {
  private readonly places: Slots;
  private readonly largeBodies: LargeBodies;
  private readonly corsOrigins: ReadonlySet<string>;
  private readonly log = new RefusalLog();

  constructor(
    @Inject(appConfig.KEY) { http }: AppConfig,
    private readonly drain: Drain,
  ) {
    this.places = new Slots(http.maxConcurrentRequests);
    this.largeBodies = new LargeBodies(http.bodyLimit);
    this.corsOrigins = new Set(http.corsOrigins);
  }

  /** At the front door, before anything is done for the request. */
  readonly admit: Admit = (request, response, enter) => {
    if (this.hasRoomFor(request, response)) {
      enter(request, response);
      return;
    }
    this.places.wait(() => this.admitOrRefuse(request, response, enter));
  };

  private readonly admitOrRefuse: Admit = (request, response, enter) => {
    // It may have waited, and its client not. Behind another one on its connection, a response does
    // not learn of that.
    if (response.destroyed || request.socket.destroyed) return;
    if (this.hasRoomFor(request, response)) {
      enter(request, response);
      return;
    }
    this.log.count();
    refuse(request, response, { corsOrigins: this.corsOrigins, closes: this.drain.isDraining });
  };

  private hasRoomFor(request: IncomingMessage, response: ServerResponse): boolean {
    const hasPlace = isAlwaysAnswered(request) || !this.places.areAllTaken;
    return hasPlace && this.largeBodies.admit(request, response);
  }

  /** Counts what is let in. To be called before other hooks are added. */
  watch(server: FastifyInstance): void {
    server.decorateRequest('holdsSlot', false);
    server.addHook('preHandler', (request, reply, done) => {
      this.enter(request, reply, done);
    });
    server.addHook('onSend', (request, _reply, payload, done) => {
      this.leave(request);
      done(null, payload);
    });
  }

  /** There was a place when the request came; while its body did, others may have taken it. */
  private enter(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (isAlwaysAnswered(request.raw)) {
      done();
    } else if (this.places.areAllTaken) {
      this.log.count();
      done(new OverloadedError());
    } else {
      this.hold(request, reply);
      this.places.take(() => {
        done();
        if (request.routeOptions.config.waits) this.leave(request);
      });
    }
  }

  private hold(request: FastifyRequest, reply: FastifyReply): void {
    request.holdsSlot = true;
    // What is written past Fastify, such as Nest's @Sse(), never comes to onSend. When only the
    // client has gone, the work goes on, and so does its claim to the place.
    reply.raw.once('close', () => {
      if (reply.sent || reply.raw.headersSent) this.leave(request);
    });
  }

  private leave(request: FastifyRequest): void {
    if (!request.holdsSlot) return;
    request.holdsSlot = false;
    this.places.release();
  }
}

/** Preflights too: after a refused one, a browser would not even send the request. */
function isAlwaysAnswered({ method, url = '' }: IncomingMessage): boolean {
  return method === 'OPTIONS' || PROBES.test(url);
}
