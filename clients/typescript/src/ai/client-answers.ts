import type { Approval, Part, ToolResult } from '../model.js';

/** What a client adds to a message that waits for it. */
export interface ClientAnswers {
  readonly toolResults: readonly ToolResult[];
  readonly approvals: readonly Approval[];
}

/**
 * What the chat has about the calls for which the stored message waits: a call of a tool of the client without an output,
 * and a request for an approval.
 */
export function answersOf(stored: readonly Part[], shown: readonly Part[]): ClientAnswers {
  const toolResults: ToolResult[] = [];
  const approvals: Approval[] = [];
  for (const part of stored) {
    const now = shown.find(({ toolCallId }) => toolCallId === part['toolCallId']);
    if (!now || typeof part['toolCallId'] !== 'string') continue;
    const waitsForResult = part['state'] === 'input-available' && part['providerExecuted'] !== true;
    const result = waitsForResult ? resultIn(part['toolCallId'], now) : undefined;
    if (result) toolResults.push(result);
    const approval = part['state'] === 'approval-requested' ? approvalIn(now) : undefined;
    if (approval) approvals.push(approval);
  }
  return { toolResults, approvals };
}

function resultIn(toolCallId: string, { state, output, errorText }: Part): ToolResult | undefined {
  // Undefined is no JSON.
  if (state === 'output-available') return { toolCallId, output: output ?? null };
  return state === 'output-error' ? { toolCallId, errorText: String(errorText) } : undefined;
}

function approvalIn({ approval }: Part): Approval | undefined {
  const { id, approved, reason } = (approval ?? {}) as Partial<Record<keyof Approval, unknown>>;
  if (typeof id !== 'string' || typeof approved !== 'boolean') return undefined;
  return { id, approved, ...(typeof reason === 'string' && reason !== '' && { reason }) };
}
