import { createRequire } from 'node:module';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addGauge } from './collected-metrics.js';

let registry: Registry | undefined;

/**
 * The metrics of Node and of the process, which all services of the process share: their observers of the garbage
 * collector and of the event loop never end. They begin with the first scrape.
 */
export function processRegistry(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Which program runs, as labels of a constant. */
export function addBuildMetrics(registry: Registry, driver: string): void {
  const labels = { version: serviceVersion(), node: process.version, driver };
  addGauge(
    registry,
    {
      name: 'build_info',
      help: '1, with the versions of the service and of Node, and the driver of the store.',
      labelNames: Object.keys(labels),
    },
    () => [{ labels, value: 1 }],
  );
}

/** The package is two folders above this file, before and after it is built. */
function serviceVersion(): string {
  try {
    const require = createRequire(import.meta.url);
    return (require('../../package.json') as { version: string }).version;
  } catch {
    return 'unknown';
  }
}
