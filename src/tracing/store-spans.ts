import { SpanKind, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { isTracingSuppressed, suppressTracing } from '@opentelemetry/core';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_STORED_PROCEDURE_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import type { ServerCommand, StoreOperation } from '../observation/operations.js';
import type { RecordedChildren } from './recorded-children.js';

/** What a running turn, a follower and a probe do again and again. */
const POLLS: ReadonlySet<string> = new Set(['advanceTurn', 'readTurn', 'ping']);

/**
 * The spans of calls of the store and of commands to its servers. They are always part of another span that has not
 * ended yet: what a background task does has none.
 */
export class StoreSpans {
  constructor(
    private readonly tracer: Tracer,
    private readonly children: RecordedChildren,
  ) {}

  readonly beginOperation = (
    { driver, method }: StoreOperation,
    active: Context,
  ): Span | Context => {
    const parent = recordingSpanOf(active);
    if (!parent) return active;
    if (POLLS.has(method)) return suppressTracing(active);
    if (!this.children.admit(parent)) return active;
    const attributes = { 'conversation_store.driver': driver };
    return this.tracer.startSpan(`store ${method}`, { attributes }, active);
  };

  readonly beginCommand = (command: ServerCommand, active: Context): Span | Context => {
    const parent = recordingSpanOf(active);
    if (!parent || !this.children.admit(parent)) return active;
    const { system, name, server, isScript = false } = command;
    const operation = isScript ? 'EVALSHA' : system === 'redis' ? name.toUpperCase() : name;
    const attributes = {
      [ATTR_DB_SYSTEM_NAME]: system,
      [ATTR_DB_OPERATION_NAME]: operation,
      ...(isScript && { [ATTR_DB_STORED_PROCEDURE_NAME]: name }),
      ...(server && { [ATTR_SERVER_ADDRESS]: server.host, [ATTR_SERVER_PORT]: server.port }),
    };
    const spanName = isScript ? `${operation} ${name}` : operation;
    return this.tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes }, active);
  };
}

function recordingSpanOf(context: Context): Span | undefined {
  const span = trace.getSpan(context);
  return span?.isRecording() && !isTracingSuppressed(context) ? span : undefined;
}
