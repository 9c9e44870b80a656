import type { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ROOT_CONTEXT, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { ObservedOperations } from '../observation/observed-operations.js';
import type { RecordedChildren } from './recorded-children.js';

export interface OperationSpanOptions<Operation> {
  readonly storage: AsyncLocalStorage<Context>;
  readonly children: RecordedChildren;
  /** Begins the span of an operation; gives the context alone where it has none. */
  readonly begin: (operation: Operation, active: Context) => Span | Context;
  /** Describes how an operation has ended: `result` is what it has resolved to. */
  readonly describeEnd?: (span: Span, result: unknown) => void;
}

/** What the channel adds to an operation. */
interface Ended {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Makes spans of observed operations, in which all that they do runs. The function that it returns ends that. */
export function traceOperations<Operation extends object>(
  { channel }: ObservedOperations<Operation>,
  { storage, children, begin, describeEnd }: OperationSpanOptions<Operation>,
): () => void {
  const spans = new WeakMap<object, Span>();
  const { start, error, asyncEnd } = channel;
  start.bindStore(storage, (operation) => {
    const active = storage.getStore() ?? ROOT_CONTEXT;
    const begun = begin(operation, active);
    if (!('spanContext' in begun)) return begun;
    spans.set(operation, begun);
    return trace.setSpan(active, begun);
  });
  const fail = (operation: unknown): void => {
    const span = spans.get(operation as Operation);
    if (span) markFailed(span, typeOf((operation as Ended).error));
  };
  const end = (operation: unknown): void => {
    const span = spans.get(operation as Operation);
    if (!span) return;
    const { error: failure, result } = operation as Ended;
    if (failure === undefined) describeEnd?.(span, result);
    children.end(span);
  };
  subscribe(error.name, fail);
  subscribe(asyncEnd.name, end);
  return () => {
    start.unbindStore(storage);
    unsubscribe(error.name, fail);
    unsubscribe(asyncEnd.name, end);
  };
}

/** @param type of the error, of which there are few: no message, which may hold anything */
export function markFailed(span: Span, type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER';
}
