import { getToolName } from 'ai';
import type { ReactElement } from 'react';
import type { ToolPart } from './tool-part';

interface ApprovalProps {
  readonly part: Extract<ToolPart, { readonly state: 'approval-requested' }>;
  readonly onAnswer: (approvalId: string, approved: boolean) => void;
}

/** The call waits until the user has decided, also after a reload. */
export function Approval({ part, onAnswer }: ApprovalProps): ReactElement {
  const { approval, input } = part;
  return (
    <div className="approval" role="group" aria-label={`Approval of ${getToolName(part)}`}>
      <p>
        The assistant wants to use <strong>{getToolName(part)}</strong>:
      </p>
      <dl>
        {toFields(input).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="buttons">
        <button className="button" onClick={() => onAnswer(approval.id, false)}>
          Deny
        </button>
        <button className="button primary" onClick={() => onAnswer(approval.id, true)}>
          Approve
        </button>
      </p>
    </div>
  );
}

/** Nothing is approved unseen: an input without fields is shown as a whole. */
function toFields(input: unknown): readonly (readonly [string, unknown])[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return [['Input', input ?? null]];
  }
  return Object.entries(input);
}
