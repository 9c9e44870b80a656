import { Inject, Injectable, Optional, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { Admission } from '../admission/admission.js';
import type { Connections } from '../admission/connections.js';
import { ExportSlots } from '../conversations/export-slots.js';
import { RefusalCounts } from '../problems/refusal-counts.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { RunningTurns } from '../turns/running-turns.js';
import { TurnFollower } from '../turns/turn-follower.js';
import { TurnQueue } from '../turns/turn-queue.js';
import { TurnReaders } from '../turns/turn-readers.js';
import { addBoundMetrics } from './bound-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { addMemoryMetrics } from './memory-metrics.js';
import { addBuildMetrics, processRegistry } from './process-metrics.js';
import { addRateLimitMetrics } from './rate-limit-metrics.js';
import { addServerMetrics } from './server-metrics.js';
import { addStoreMetrics } from './store-metrics.js';
import { Subscriptions } from './subscriptions.js';
import { addTierMetrics } from './tier-metrics.js';
import { addTurnMetrics } from './turn-metrics.js';

/** Milliseconds for which a scrape holds: however many scrape, the metrics are written no more often. */
const HOLDS_MS = 500;

/** All metrics of the service. */
@Injectable()
export class ServiceMetrics implements OnApplicationShutdown {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  private readonly registry = new Registry();
  private readonly subscriptions = new Subscriptions();
  private scrape: { readonly at: number; readonly text: Promise<Buffer> } | undefined;

  constructor(
    private readonly modules: ModuleRef,
    @Optional() @Inject(CONVERSATION_STORE) private readonly store?: ConversationStore,
  ) {}

  /** From now on, the service is observed. Call it before the routes are added. */
  observe(server: FastifyInstance, connections: Connections): void {
    const { registry, subscriptions } = this;
    new HttpMetrics(registry).observe(server, connections);
    addBoundMetrics(registry, {
      admission: this.find(Admission),
      refusals: this.find(RefusalCounts),
      runningTurns: this.find(RunningTurns).slots,
      queuedTurns: this.find(TurnQueue).slots,
      streams: this.find(TurnFollower).slots,
      exports: this.find(ExportSlots).slots,
    });
    addRateLimitMetrics(registry, subscriptions);
    const readers = this.find(TurnReaders);
    addStoreMetrics(registry, subscriptions);
    addServerMetrics(registry);
    addTierMetrics(registry, subscriptions);
    addMemoryMetrics(registry);
    addTurnMetrics(registry, subscriptions, () => readers.count);
    addBuildMetrics(registry, this.store?.driver ?? 'none');
  }

  /** The metrics as Prometheus reads them. Whoever scrapes at the same time gets the same bytes. */
  text(): Promise<Buffer> {
    const now = performance.now();
    if (!this.scrape || now - this.scrape.at >= HOLDS_MS) {
      this.scrape = { at: now, text: this.write() };
    }
    return this.scrape.text;
  }

  onApplicationShutdown(): void {
    this.subscriptions.end();
  }

  private async write(): Promise<Buffer> {
    const texts = await Promise.all([this.registry.metrics(), processRegistry().metrics()]);
    return Buffer.from(texts.join('\n'));
  }

  private find<Provider>(provider: new (...args: never[]) => Provider): Provider {
    return this.modules.get(provider, { strict: false });
  }
}
