import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { AppConfig } from '../config/app-config.js';
import { appConfig } from '../config/config.module.js';
import { Drain } from '../health/drain.js';
import { AdmissionQueue } from './admission-queue.js';
import type { Admit } from './admission-server.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { BodyBytes } from './body-bytes.js';
import { ByteHooks } from './byte-hooks.js';
import { refuse } from './refusal.js';
import { RefusalLog } from './refusal-log.js';
import { SlotHooks } from './slot-hooks.js';
import { Slots } from './slots.js';
import { UnsentAnswers } from './unsent-answers.js';

/**
 * Decides which requests are admitted. A request holds a slot from when its body has arrived until
 * its answer is ready. A slow upload, a slow reader and a stream therefore hold none. A request that
 * waits for something else, as a turn waits for a language model, needs a free slot to be admitted,
 * and releases it as soon as it has started.
 */
@Injectable()
export class Admission {
  /** Counts the bytes of all bodies. */
  readonly bodies: BodyBytes;
  private readonly slots: Slots;
  private readonly queue: AdmissionQueue;
  private readonly unsent: UnsentAnswers;
  private readonly corsOrigins: ReadonlySet<string>;
  private readonly log = new RefusalLog();

  constructor(
    @Inject(appConfig.KEY) { http }: AppConfig,
    private readonly drain: Drain,
  ) {
    this.slots = new Slots(http.maxConcurrentRequests);
    this.queue = new AdmissionQueue(http.maxConcurrentRequests);
    this.bodies = new BodyBytes(http.maxBodyBytes, http.bodyLimit);
    this.unsent = new UnsentAnswers(http.maxUnsentBytes);
    this.corsOrigins = new Set(http.corsOrigins);
  }

  /** For the AdmissionServer, which calls it before Fastify has done anything for the request. */
  readonly admit: Admit = (request, response, enter) => {
    if (this.hasSlot(request)) enter(request, response);
    else this.queue.enqueue(() => this.admitOrRefuse(request, response, enter));
  };

  /** Counts the requests that Fastify works on. Call it before other hooks are added. */
  addHooks(server: FastifyInstance): void {
    new SlotHooks(this.slots, this.queue, this.log).addTo(server);
    new ByteHooks(this.unsent).addTo(server);
  }

  private readonly admitOrRefuse: Admit = (request, response, enter) => {
    // The client may have left meanwhile.
    if (response.destroyed) return;
    if (this.hasSlot(request)) {
      enter(request, response);
      return;
    }
    this.log.count();
    refuse(request, response, { corsOrigins: this.corsOrigins, closes: this.drain.isDraining });
  };

  private hasSlot(request: IncomingMessage): boolean {
    return isAlwaysAdmitted(request) || !this.slots.areAllAcquired;
  }
}
