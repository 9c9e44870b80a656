import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AppModule, OrchestratorModule, startService } from '../../dist/index.js';

/** Answers with the trace context that it would send to a model, from inside a span of its own. */
class TracedOrchestrator {
  async *answer({ userMessage }) {
    if (userMessage.parts[0].text === 'fail') throw new Error('a secret of the team');
    const span = trace.getTracer('team').startSpan('chat a-model', { kind: SpanKind.CLIENT });
    const headers = {};
    propagation.inject(trace.setSpan(context.active(), span), headers);
    yield headers.traceparent ?? 'none';
    span.end();
  }
}

class TracedModule {}
Module({
  imports: [AppModule.forRoot(), OrchestratorModule.forRoot({ useClass: TracedOrchestrator })],
})(TracedModule);

await startService(TracedModule);
