import { Counter, type Registry } from 'prom-client';
import { strayFailures, turnFacts, type TurnFact } from '../observation/facts.js';
import { addGauge } from './collected-metrics.js';
import { DurationHistogram, type Durations } from './duration-histogram.js';
import { PREFIX } from './labels.js';
import type { Subscriptions } from './subscriptions.js';

const DURATION_BUCKETS = [0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 120, 300];
const FIRST_EVENT_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const STATUSES = ['completed', 'cancelled', 'failed', 'lost'];

/** @param followedTurns the turns that clients of this process follow now */
export function addTurnMetrics(
  registry: Registry,
  subscriptions: Subscriptions,
  followedTurns: () => number,
): void {
  const registers = [registry];
  const begun = new Counter({
    name: `${PREFIX}turns_begun_total`,
    help: 'Turns that this process began to run.',
    registers,
  });
  const durations = new DurationHistogram(registry, {
    name: 'turn_duration_seconds',
    help: 'Turns that ended here. lost: another process has its conversation, or the store was away for too long.',
    labelNames: ['status'],
    buckets: DURATION_BUCKETS,
  });
  const byStatus = new Map<string, Durations>(
    STATUSES.map((status) => [status, durations.durationsOf({ status })]),
  );
  const firstEvents = new DurationHistogram(registry, {
    name: 'turn_first_event_seconds',
    help: 'From the call for a turn until its orchestrator said something.',
    labelNames: [],
    buckets: FIRST_EVENT_BUCKETS,
  }).durationsOf({});
  const events = new Counter({
    name: `${PREFIX}turn_events_total`,
    help: 'Events of the turns that ended here.',
    registers,
  });
  const strays = new Counter({
    name: `${PREFIX}orchestrator_stray_failures_total`,
    help: 'Failures that an orchestrator left behind, and nobody handled.',
    registers,
  });
  addGauge(
    registry,
    { name: 'turns_followed', help: 'Turns that clients of this process follow.' },
    () => [{ value: followedTurns() }],
  );
  subscriptions.add(strayFailures.channel, () => strays.inc());
  subscriptions.add<TurnFact>(turnFacts.channel, (fact) => {
    switch (fact.kind) {
      case 'begun':
        begun.inc();
        break;
      case 'first-event':
        firstEvents.observe(fact.afterMs / 1000);
        break;
      case 'ended':
        events.inc(fact.events);
        (byStatus.get(fact.status) ?? byStatus.get('lost'))?.observe(fact.tookMs / 1000);
    }
  });
}
