import { toDraft } from '../../api/to-drafts.js';
import type { ToolResult } from '../continuation.js';
import type { TurnQuestion } from '../turn-inputs.js';
import type { ToolResultDto } from './continuation.dto.js';
import type { NewTurnDto } from './new-turn.dto.js';

/** What a valid request asks to be answered. */
export function toQuestion({
  message,
  parentSeq,
  regenerate,
  continue: continued,
}: NewTurnDto): TurnQuestion {
  if (message) return { message: toDraft(message), parentSeq };
  if (regenerate !== undefined) return { regenerate };
  if (!continued) throw new TypeError('The request is valid without anything to answer.');
  const { seq, toolResults, approvals } = continued;
  return {
    continue: {
      seq,
      toolResults: toolResults.map(toResult),
      approvals: approvals.map(({ id, approved, reason }) => ({
        id,
        approved,
        ...(reason !== undefined && { reason }),
      })),
    },
  };
}

function toResult({ toolCallId, output, errorText }: ToolResultDto): ToolResult {
  return errorText === undefined ? { toolCallId, output } : { toolCallId, errorText };
}
