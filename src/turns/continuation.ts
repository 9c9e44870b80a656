import type { Message, Part } from '../domain/message.js';
import { InvalidRequestError } from '../http/request.errors.js';
import { MAX_REPLY_BYTES } from './reply-builder.js';

/** What a tool of the client made of a call. */
export type ToolResult = { readonly toolCallId: string } & (
  { readonly output: unknown } | { readonly errorText: string }
);

/** What the user decided about a call of a tool. */
interface Approval {
  readonly id: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
}

/** What a client has to add before the assistant can go on with a message. */
export interface Continuation {
  readonly seq: number;
  readonly toolResults: readonly ToolResult[];
  readonly approvals: readonly Approval[];
}

/**
 * The parts of a message of the assistant with what its client adds: each call that waits gets its result or its
 * approval, in the shape that the AI SDK gives it. Nothing is to be added to a message whose calls all have theirs.
 * @throws InvalidRequestError
 */
export function continuedParts(
  message: Message,
  { toolResults, approvals }: Omit<Continuation, 'seq'>,
): readonly Part[] {
  if (message.role !== 'assistant') throw refusal('seq', 'is no message of the assistant');
  const results = new Map(toolResults.map((result, i) => [result.toolCallId, { result, i }]));
  const decisions = new Map(approvals.map((approval, i) => [approval.id, { approval, i }]));
  if (results.size < toolResults.length) throw refusal('toolResults', 'has a call twice');
  if (decisions.size < approvals.length) throw refusal('approvals', 'has an approval twice');
  const parts = message.parts.map((part) => {
    const callId = String(part['toolCallId']);
    if (waitsForResult(part)) {
      const { result } = results.get(callId) ?? {};
      if (!result) throw refusal('toolResults', `has no result of the call ${callId}`);
      results.delete(callId);
      return withResult(part, result);
    }
    const approvalId = waitingApproval(part);
    if (approvalId === undefined) return part;
    const { approval } = decisions.get(approvalId) ?? {};
    if (!approval) throw refusal('approvals', `has no decision about ${approvalId}`);
    decisions.delete(approvalId);
    return { ...part, state: 'approval-responded', approval: { ...objectIn(part), ...approval } };
  });
  for (const { i } of results.values()) {
    throw refusal(`toolResults.${i}.toolCallId`, 'names no call that waits for a result');
  }
  for (const { i } of decisions.values()) {
    throw refusal(`approvals.${i}.id`, 'names no call that waits for an approval');
  }
  assertSize(parts);
  return parts;
}

/**
 * The message grows each time that it goes on, and is stored anew: without a bound, a few requests would make it as large
 * as they like.
 * @throws InvalidRequestError
 */
function assertSize(parts: readonly Part[]): void {
  if (Buffer.byteLength(JSON.stringify(parts)) <= MAX_REPLY_BYTES) return;
  throw refusal('seq', `is or would be a message larger than ${MAX_REPLY_BYTES} bytes`);
}

function withResult(part: Part, result: ToolResult): Part {
  return 'output' in result
    ? { ...part, state: 'output-available', output: result.output }
    : { ...part, state: 'output-error', errorText: result.errorText };
}

/** The client runs the tool: the server has no result of the call, and will have none. */
function waitsForResult(part: Part): boolean {
  return isCall(part) && part['state'] === 'input-available' && part['providerExecuted'] !== true;
}

/** The id of the approval that the call waits for. */
function waitingApproval(part: Part): string | undefined {
  if (!isCall(part) || part['state'] !== 'approval-requested') return undefined;
  const { id } = objectIn(part);
  return typeof id === 'string' ? id : undefined;
}

function isCall({ type }: Part): boolean {
  return type.startsWith('tool-') || type === 'dynamic-tool';
}

function objectIn({ approval }: Part): { readonly id?: unknown } {
  return typeof approval === 'object' && approval !== null ? approval : {};
}

function refusal(field: string, message: string): InvalidRequestError {
  return new InvalidRequestError([{ field: `continue.${field}`, message }]);
}
