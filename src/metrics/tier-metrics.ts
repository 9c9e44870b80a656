import { Counter, type Registry } from 'prom-client';
import {
  flushFacts,
  hydrationFacts,
  type FlushFact,
  type HydrationFact,
} from '../observation/facts.js';
import { dirtStates, hotStates, type DirtState } from '../observation/states.js';
import { addCounter, addGauge, type Sample } from './collected-metrics.js';
import { DurationHistogram, type Durations } from './duration-histogram.js';
import { PREFIX } from './labels.js';
import type { Subscriptions } from './subscriptions.js';

const HYDRATION_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 5];
const FLUSH_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** Redis in front of PostgreSQL. */
export function addTierMetrics(registry: Registry, subscriptions: Subscriptions): void {
  addCounter(
    registry,
    {
      name: 'hot_lookups_total',
      help: 'Whether Redis had the conversation that was asked for.',
      labelNames: ['result'],
    },
    () =>
      hotStates.read().flatMap(({ hits, misses }) => [
        { labels: { result: 'hit' }, value: hits },
        { labels: { result: 'miss' }, value: misses },
      ]),
  );
  addDirtMetrics(registry);
  const hydrations = new DurationHistogram(registry, {
    name: 'hydration_duration_seconds',
    help: 'Conversations that were looked for in PostgreSQL. hot: they are in Redis then.',
    labelNames: ['outcome'],
    buckets: HYDRATION_BUCKETS,
  });
  const hydrated = durationsOf(hydrations, ['hot', 'absent', 'failed']);
  subscriptions.add<HydrationFact>(hydrationFacts.channel, ({ outcome, tookMs }) =>
    hydrated[outcome].observe(tookMs / 1000),
  );
  addFlushMetrics(registry, subscriptions);
}

function addDirtMetrics(registry: Registry): void {
  const samples = (value: (dirt: DirtState) => number): readonly Sample[] =>
    dirtStates.read().map((dirt) => ({ value: value(dirt) }));
  addGauge(
    registry,
    {
      name: 'dirty_conversations',
      help: 'Conversations of all processes with changes that PostgreSQL does not have, as counted every ten seconds.',
    },
    () => samples(({ conversations }) => conversations),
  );
  addGauge(
    registry,
    {
      name: 'dirty_conversations_limit',
      help: 'With so many, writes are refused (MAX_DIRTY_CONVERSATIONS).',
    },
    () => samples(({ maxConversations }) => maxConversations),
  );
  addGauge(
    registry,
    {
      name: 'oldest_dirt_seconds',
      help: 'For how long the longest unsaved conversation has been unsaved.',
    },
    () => samples(({ oldestSeconds }) => oldestSeconds),
  );
  addGauge(
    registry,
    {
      name: 'quarantined_conversations',
      help: 'Conversations that cannot be saved in PostgreSQL, and stay in Redis.',
    },
    () => samples(({ quarantined }) => quarantined),
  );
  addGauge(
    registry,
    {
      name: 'tiered_writes_refused',
      help: 'Whether all writes get 503: too much is unsaved, or Redis may evict it.',
    },
    () => samples(({ refusesWrites }) => Number(refusesWrites)),
  );
}

function addFlushMetrics(registry: Registry, subscriptions: Subscriptions): void {
  const flushes = new DurationHistogram(registry, {
    name: 'flush_duration_seconds',
    help: 'Passes of this process that save in PostgreSQL what is unsaved.',
    labelNames: ['outcome'],
    buckets: FLUSH_BUCKETS,
  });
  const flushed = durationsOf(flushes, ['ok', 'failed']);
  const conversations = new Counter({
    name: `${PREFIX}flushed_conversations_total`,
    help: 'Conversations that these passes saved.',
    registers: [registry],
  });
  const messages = new Counter({
    name: `${PREFIX}flushed_messages_total`,
    help: 'Messages that these passes sent to PostgreSQL.',
    registers: [registry],
  });
  subscriptions.add<FlushFact>(flushFacts.channel, (fact) => {
    flushed[fact.outcome].observe(fact.tookMs / 1000);
    conversations.inc(fact.conversations);
    messages.inc(fact.messages);
  });
}

function durationsOf<const Outcome extends string>(
  histogram: DurationHistogram,
  outcomes: readonly Outcome[],
): Readonly<Record<Outcome, Durations>> {
  const entries = outcomes.map((outcome) => [outcome, histogram.durationsOf({ outcome })]);
  return Object.fromEntries(entries) as Record<Outcome, Durations>;
}
