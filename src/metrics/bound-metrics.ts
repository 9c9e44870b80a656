import type { Registry } from 'prom-client';
import type { Admission } from '../admission/admission.js';
import type { BoundedShares } from '../bounds/bounded-shares.js';
import type { RefusalCounts } from '../problems/refusal-counts.js';
import { addCounter, addGauge, type Sample } from './collected-metrics.js';

export interface ObservedBounds {
  readonly admission: Admission;
  readonly refusals: RefusalCounts;
  /** Those that are not of requests. */
  readonly runningTurns: BoundedShares;
  readonly queuedTurns: BoundedShares;
  readonly streams: BoundedShares;
  readonly exports: BoundedShares;
}

/** The bounds of the process: what is in use of each, and what was refused at each. */
export function addBoundMetrics(registry: Registry, bounds: ObservedBounds): void {
  const { admission, refusals, runningTurns, queuedTurns, streams, exports } = bounds;
  const { slots, unverified, counting, bodies, unsent } = admission;
  const ofRequests = { slots, 'unverified-requests': unverified, 'rate-limits': counting };
  const counted = {
    ...ofRequests,
    'running-turns': runningTurns,
    'queued-turns': queuedTurns,
    streams,
    exports,
  };
  const bytes = { 'body-bytes': bodies, 'unsent-bytes': unsent };
  const samples = <Bound extends object>(
    of: Readonly<Record<string, Bound>>,
    value: (bound: Bound) => number,
  ): readonly Sample[] =>
    Object.entries(of).map(([bound, one]) => ({ labels: { bound }, value: value(one) }));
  const labelNames = ['bound'];

  addGauge(
    registry,
    { name: 'slots_in_use', help: 'Slots that are held, by bound.', labelNames },
    () => samples(counted, ({ count }) => count),
  );
  addGauge(registry, { name: 'slots_limit', help: 'Slots that there are.', labelNames }, () =>
    samples(counted, ({ limit }) => limit),
  );
  addGauge(
    registry,
    { name: 'slot_queue_length', help: 'Requests that wait for a slot.', labelNames },
    () => samples(ofRequests, ({ waiting }) => waiting),
  );
  addGauge(
    registry,
    {
      name: 'bytes_in_use',
      help: 'Bytes in memory: of bodies, and of answers that clients have not taken.',
      labelNames,
    },
    () => samples(bytes, ({ total }) => total),
  );
  addGauge(registry, { name: 'bytes_limit', help: 'The bound of these bytes.', labelNames }, () =>
    samples(bytes, ({ limit }) => limit),
  );
  addCounter(
    registry,
    {
      name: 'requests_refused_total',
      help: 'Requests that got 503 because of a bound of the process.',
      labelNames,
    },
    () => {
      const none = Object.keys({ ...counted, ...bytes }).map((bound) => [bound, 0] as const);
      const all = new Map<string, number>([...none, ...refusals.byBound]);
      return [...all].map(([bound, value]) => ({ labels: { bound }, value }));
    },
  );
  addCounter(
    registry,
    {
      name: 'requests_refused_early_total',
      help: 'Those of them that were refused before they came to a route.',
    },
    () => [{ value: admission.earlyRefusals }],
  );
}
