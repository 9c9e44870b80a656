import { trace, type Attributes, type Context, type Span, type Tracer } from '@opentelemetry/api';
import type { TurnEnd, TurnOperation } from '../observation/operations.js';
import { inputAttributes, outputAttributes, operationAttributes } from './gen-ai-attributes.js';
import { markFailed } from './operation-spans.js';
import type { GenAiDetail } from './tracing.options.js';

const STATUS = 'conversation_store.turn.status';

/**
 * The spans of turns. A turn belongs to the trace of the request that began it, and may go on after that request: its
 * span also has a link to it, for those who show the two apart.
 */
export class TurnSpans {
  constructor(
    private readonly tracer: Tracer,
    private readonly genAi: GenAiDetail,
  ) {}

  readonly begin = (turn: TurnOperation, active: Context): Span => {
    const request = trace.getSpanContext(active);
    const name = this.genAi === 'off' ? 'turn' : 'invoke_agent';
    const attributes: Attributes = {
      'conversation_store.conversation.id': turn.conversationId,
      'conversation_store.turn.id': turn.turnId,
      'conversation_store.turn.continues': turn.isContinuation,
      ...(this.genAi !== 'off' && operationAttributes(turn.conversationId)),
    };
    const links = request ? [{ context: request }] : [];
    const span = this.tracer.startSpan(name, { attributes, links }, active);
    this.addContent(span, () => inputAttributes(turn.message));
    return span;
  };

  /** A turn without an end was lost: another process has the conversation, or the store was away for too long. */
  readonly describeEnd = (span: Span, result: unknown): void => {
    const end = result as TurnEnd | undefined;
    const status = end?.turn.status ?? 'lost';
    span.setAttribute(STATUS, status);
    if (status === 'failed' || status === 'lost') markFailed(span, `turn-${status}`);
    if (end) this.addContent(span, () => outputAttributes(end.messages));
  };

  private addContent(span: Span, attributes: () => Attributes): void {
    if (this.genAi === 'content' && span.isRecording()) span.setAttributes(attributes());
  }
}
