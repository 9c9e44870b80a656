import type { BatchOptions, TracingOptions } from '../tracing/tracing.options.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { readPairs } from './otel-pairs.js';
import type { TracingEnvironment } from './tracing.environment.js';

const PROTOCOL = 'http/protobuf';
const DEFAULT_NAME = 'conversation-store';

/** What the OTEL_… variables mean together. Without an endpoint there are no traces. Adds what does not fit to `mistakes`. */
export function toTracingOptions(
  environment: TracingEnvironment,
  mistakes: ConfigurationMistake[],
): TracingOptions {
  const url = toUrl(environment);
  const isOff =
    environment.OTEL_SDK_DISABLED === 'true' || environment.OTEL_TRACES_EXPORTER === 'none';
  if (url === undefined || isOff) return { isOn: false };
  expectProtocol(environment, mistakes);
  return {
    isOn: true,
    url,
    headers: {
      ...pairsOf(environment.OTEL_EXPORTER_OTLP_HEADERS),
      ...pairsOf(environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeoutMs:
      environment.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? environment.OTEL_EXPORTER_OTLP_TIMEOUT,
    resource: toResource(environment),
    sampler: environment.OTEL_TRACES_SAMPLER,
    samplingRatio: environment.OTEL_TRACES_SAMPLER_ARG,
    batch: toBatch(environment, mistakes),
    genAi: environment.TRACE_GEN_AI,
    hasClientAddress: environment.TRACE_CLIENT_ADDRESS === 'true',
  };
}

/** The endpoint of all signals is a base; that of the traces is used as it is. */
function toUrl(environment: TracingEnvironment): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } =
    environment;
  if (traces !== undefined || base === undefined) return traces;
  // One that is no URL is reported, and used for nothing.
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function expectProtocol(environment: TracingEnvironment, mistakes: ConfigurationMistake[]): void {
  const general = environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  const own = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL;
  if ((own ?? general) === PROTOCOL) return;
  const prefix = own === undefined ? 'OTEL_EXPORTER_OTLP' : 'OTEL_EXPORTER_OTLP_TRACES';
  mistakes.push({
    variables: [`${prefix}_PROTOCOL`],
    message: `must be ${PROTOCOL}: the service has no other`,
  });
}

function toBatch(environment: TracingEnvironment, mistakes: ConfigurationMistake[]): BatchOptions {
  const batch = {
    maxQueued: environment.OTEL_BSP_MAX_QUEUE_SIZE,
    maxSize: environment.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    delayMs: environment.OTEL_BSP_SCHEDULE_DELAY,
    timeoutMs: environment.OTEL_BSP_EXPORT_TIMEOUT,
  };
  if (batch.maxSize > batch.maxQueued) {
    mistakes.push({
      variables: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE'],
      message: 'a batch must not be larger than the queue',
    });
  }
  return batch;
}

/** A name among the attributes counts when OTEL_SERVICE_NAME is not set. */
function toResource(environment: TracingEnvironment): Record<string, string> {
  const { OTEL_SERVICE_NAME: name } = environment;
  return {
    'service.name': DEFAULT_NAME,
    ...pairsOf(environment.OTEL_RESOURCE_ATTRIBUTES),
    ...(name !== undefined && { 'service.name': name }),
  };
}

function pairsOf(list: string | undefined): Record<string, string> {
  return readPairs(list ?? '') ?? {};
}
