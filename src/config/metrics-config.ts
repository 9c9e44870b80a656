import type { ConfigurationMistake } from './configuration.error.js';
import type { Environment } from './environment.js';

export interface MetricsConfig {
  readonly isOn: boolean;
  /** Absent: they are served on the port of the service. */
  readonly port?: number;
}

/** Adds to `mistakes` a port of their own that is none. */
export function toMetricsConfig(
  { METRICS, METRICS_PORT: port, PORT }: Environment,
  mistakes: ConfigurationMistake[],
): MetricsConfig {
  const isOn = METRICS === 'true';
  if (port === undefined) return { isOn };
  if (isOn && port === PORT) {
    mistakes.push({
      variables: ['METRICS_PORT', 'PORT'],
      message: 'the metrics need another port than the service: leave METRICS_PORT out to share it',
    });
  }
  return { isOn, port };
}
