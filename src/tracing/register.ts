import { Logger } from '@nestjs/common';
import { context, propagation, trace, type TextMapPropagator } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import type { BoundContextManager } from './context-manager.js';

export interface Registration {
  readonly provider: TracerProvider;
  readonly contexts: BoundContextManager;
  readonly propagator: TextMapPropagator;
}

/**
 * Makes all code of the process that uses the API of OpenTelemetry take part, such as an orchestrator. The function that
 * it returns ends that.
 */
export function register({ provider, contexts, propagator }: Registration): () => void {
  // Each batch that fails would be logged. The exporter reports failures once.
  setGlobalErrorHandler(() => undefined);
  if (!trace.setGlobalTracerProvider(provider)) {
    new Logger('Tracing').warn(
      'This application has registered OpenTelemetry itself: its own spans are in none of the traces of the service.',
    );
    return () => undefined;
  }
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(propagator);
  return () => {
    trace.disable();
    context.disable();
    propagation.disable();
  };
}
