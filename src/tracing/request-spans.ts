import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type TextMapPropagator,
  type Tracer,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isAlwaysAdmitted } from '../admission/always-admitted.js';
import '../http/trace-ids.js';
import type { RecordedChildren } from './recorded-children.js';
import { requestAttributes } from './request-attributes.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The context with the span of the request; null when it has none. */
    traceContext: Context | null;
  }
}

export interface RequestSpansOptions {
  readonly tracer: Tracer;
  readonly propagator: TextMapPropagator;
  readonly storage: AsyncLocalStorage<Context>;
  readonly children: RecordedChildren;
  readonly hasClientAddress: boolean;
}

/** The spans of requests, from their heads to the last bytes of their answers. Probes and preflights have none. */
export class RequestSpans {
  constructor(private readonly options: RequestSpansOptions) {}

  /** Call it before other `onRequest` hooks are added: what they refuse has a span as well. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('traceContext', null);
    server.addHook('onRequest', (request, reply, done) => {
      if (isAlwaysAdmitted(request.raw)) done();
      else this.options.storage.run(this.begin(request, reply), done);
    });
  }

  /**
   * Call it after all other `preHandler` hooks have been added. A request that has waited, for its body or for a slot,
   * goes on in the context of whoever let it.
   */
  enterContextIn(server: FastifyInstance): void {
    server.addHook('preHandler', ({ traceContext }, _reply, done) => {
      if (traceContext) this.options.storage.run(traceContext, done);
      else done();
    });
  }

  private begin(request: FastifyRequest, reply: FastifyReply): Context {
    const { tracer, propagator, hasClientAddress } = this.options;
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const { method, is404, routeOptions } = request;
    const name = is404 ? method : `${method} ${routeOptions.url}`;
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
    const ids = span.spanContext();
    reply.header('Server-Timing', toServerTiming(ids));
    request.raw.traceIds = { trace_id: ids.traceId, span_id: ids.spanId };
    // No sampler needs the attributes: a trace that is not recorded need not pay for them.
    if (span.isRecording()) {
      span.setAttributes(requestAttributes(request, hasClientAddress));
      this.endAtClose(span, reply);
    }
    const context = trace.setSpan(parent, span);
    request.traceContext = context;
    return context;
  }

  /** A response closes once, after its last byte or when its client leaves. */
  private endAtClose(span: Span, { raw }: FastifyReply): void {
    // Those who stream count the other listeners, so as not to be taken for a leak.
    raw.setMaxListeners(raw.getMaxListeners() + 1).on('close', () => {
      if (raw.headersSent) describeStatus(span, raw.statusCode);
      if (!raw.writableFinished) span.setAttribute(ATTR_ERROR_TYPE, 'aborted');
      this.options.children.end(span);
    });
  }
}

/** As the conventions have it: what the client did wrong is no error of the server. */
function describeStatus(span: Span, status: number): void {
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status < 500) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** By this name, tools in browsers find the span that belongs to an answer. */
function toServerTiming({ traceId, spanId, traceFlags }: SpanContext): string {
  return `traceparent;desc="00-${traceId}-${spanId}-0${traceFlags & 1}"`;
}
