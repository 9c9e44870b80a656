import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_INSTANCE_ID } from '@opentelemetry/semantic-conventions';
import type { FastifyInstance } from 'fastify';
import { readTraceIdsWith } from '../http/trace-ids.js';
import { serverCommands, storeOperations, turnOperations } from '../observation/operations.js';
import { BoundContextManager } from './context-manager.js';
import { traceOperations } from './operation-spans.js';
import { RecordedChildren } from './recorded-children.js';
import { register } from './register.js';
import { ReportedExporter } from './reported-exporter.js';
import { RequestSpans } from './request-spans.js';
import { toSampler } from './sampler.js';
import { StoreSpans } from './store-spans.js';
import type { ActiveTracingOptions } from './tracing.options.js';
import { TurnSpans } from './turn-spans.js';
import type { Tracing } from './tracing.js';

const NAME = 'conversation-store';

/** Milliseconds that the end of the process waits for the last spans to be sent. */
const STOP_MS = 2_000;

/** Makes spans of what the service does, and sends them. Nothing else in the service loads OpenTelemetry. */
export function startTracing(options: ActiveTracingOptions): Tracing {
  const provider = createProvider(options);
  const contexts = new BoundContextManager();
  const propagator = new W3CTraceContextPropagator();
  const unregister = register({ provider, contexts, propagator });
  readTraceIdsWith(() => {
    const span = trace.getSpanContext(contexts.active());
    return span && { trace_id: span.traceId, span_id: span.spanId };
  });
  const tracer = provider.getTracer(NAME);
  const children = new RecordedChildren();
  const { storage } = contexts;
  const requests = new RequestSpans({ ...options, tracer, propagator, storage, children });
  const store = new StoreSpans(tracer, children);
  const turns = new TurnSpans(tracer, options.genAi);
  const common = { storage, children };
  const ends = [
    traceOperations(storeOperations, { ...common, begin: store.beginOperation }),
    traceOperations(serverCommands, { ...common, begin: store.beginCommand }),
    traceOperations(turnOperations, {
      ...common,
      begin: turns.begin,
      describeEnd: turns.describeEnd,
    }),
  ];
  return {
    addHooks: (server: FastifyInstance) => requests.addTo(server),
    enterContextIn: (server: FastifyInstance) => requests.enterContextIn(server),
    stop: async () => {
      for (const end of ends) end();
      readTraceIdsWith();
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        delay(STOP_MS, undefined, { ref: false }),
      ]);
      unregister();
    },
  };
}

function createProvider(options: ActiveTracingOptions): TracerProvider {
  const { url, headers, timeoutMs, batch } = options;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: timeoutMs });
  const processor = new BatchSpanProcessor({
    exporter: new ReportedExporter(exporter),
    maxQueueSize: batch.maxQueued,
    maxExportBatchSize: batch.maxSize,
    scheduledDelayMillis: batch.delayMs,
    exportTimeoutMillis: batch.timeoutMs,
  });
  const attributes = { [ATTR_SERVICE_INSTANCE_ID]: randomUUID(), ...options.resource };
  return new TracerProvider({
    resource: resourceFromAttributes(attributes),
    sampler: toSampler(options),
    spanProcessors: [processor],
  });
}
