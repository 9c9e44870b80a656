import type { Registry } from 'prom-client';
import { memoryStates, type MemoryState } from '../observation/states.js';
import { addCounter, addGauge, type Sample } from './collected-metrics.js';

/** The store in memory. */
export function addMemoryMetrics(registry: Registry): void {
  const samples = (value: (state: MemoryState) => number): readonly Sample[] =>
    memoryStates.read().map((state) => ({ value: value(state) }));
  addGauge(
    registry,
    { name: 'memory_conversations', help: 'Conversations that the memory driver holds.' },
    () => samples(({ conversations }) => conversations),
  );
  addGauge(registry, { name: 'memory_bytes', help: 'Bytes that the memory driver holds.' }, () =>
    samples(({ bytes }) => bytes),
  );
  addGauge(
    registry,
    { name: 'memory_limit_bytes', help: 'How many it may hold (MEMORY_LIMIT).' },
    () => samples(({ maxBytes }) => maxBytes),
  );
  addCounter(
    registry,
    { name: 'memory_evictions_total', help: 'Living conversations that it lost for lack of room.' },
    () => samples(({ evictions }) => evictions),
  );
}
