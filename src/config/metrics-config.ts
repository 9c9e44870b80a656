import type { ConfigurationMistake } from './configuration.error.js';
import type { Environment } from './environment.js';

export interface MetricsConfig {
  readonly isOn: boolean;
  /** It serves the metrics and answers probes. Absent: the port of the service alone does. */
  readonly port?: number;
}

/** Adds to `mistakes` a METRICS_PORT that is the port of the service. */
export function toMetricsConfig(
  { METRICS, METRICS_PORT: port, PORT }: Environment,
  mistakes: ConfigurationMistake[],
): MetricsConfig {
  const isOn = METRICS === 'true';
  if (port === undefined) return { isOn };
  if (port === PORT) {
    mistakes.push({
      variables: ['METRICS_PORT', 'PORT'],
      message: 'the two ports must differ: leave METRICS_PORT out to have one port',
    });
  }
  return { isOn, port };
}
