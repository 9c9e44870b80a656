import { getToolName } from 'ai';
import { Check, CircleSlash, CircleX, LoaderCircle, ShieldQuestion } from 'lucide-react';
import type { ReactElement } from 'react';
import { Approval } from './approval';
import type { ToolPart } from './tool-part';

interface ToolCallProps {
  readonly part: ToolPart;
  /** It is in the last message: only there an approval is taken. */
  readonly isLast: boolean;
  readonly onAnswer: (approvalId: string, approved: boolean) => void;
}

const STATES: Record<ToolPart['state'], string> = {
  'input-streaming': 'is being prepared',
  'input-available': 'is running',
  'approval-requested': 'needs your approval',
  'approval-responded': 'is answered',
  'output-available': 'is done',
  'output-error': 'has failed',
  'output-denied': 'was denied',
};

/** A call of a tool: what it is called with, and what comes of it. */
export function ToolCall({ part, isLast, onAnswer }: ToolCallProps): ReactElement {
  const { state } = part;
  const isPreliminary = state === 'output-available' && part.preliminary === true;
  const isUnanswered = state === 'approval-requested' && !isLast;
  let shown = state;
  if (isPreliminary) shown = 'input-available';
  if (isUnanswered) shown = 'output-denied';
  return (
    <div className="tool-call" data-state={state}>
      <details>
        <summary>
          <StateIcon state={shown} />
          <strong>{getToolName(part)}</strong> {isUnanswered ? 'was not answered' : STATES[shown]}
        </summary>
        {part.input !== undefined && <Json label="Input" value={part.input} />}
        {state === 'output-available' && <Json label="Output" value={part.output} />}
        {state === 'output-error' && <Json label="Error" value={part.errorText} />}
      </details>
      {state === 'approval-requested' && isLast && <Approval part={part} onAnswer={onAnswer} />}
    </div>
  );
}

function StateIcon({ state }: { readonly state: ToolPart['state'] }): ReactElement {
  switch (state) {
    case 'approval-requested':
      return <ShieldQuestion aria-hidden="true" />;
    case 'output-available':
      return <Check aria-hidden="true" />;
    case 'output-error':
      return <CircleX aria-hidden="true" />;
    case 'output-denied':
      return <CircleSlash aria-hidden="true" />;
    case 'input-streaming':
    case 'input-available':
    case 'approval-responded':
      return <LoaderCircle className="spinning" aria-hidden="true" />;
  }
}

function Json({ label, value }: { readonly label: string; readonly value: unknown }): ReactElement {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return (
    <>
      <p className="label">{label}</p>
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </>
  );
}
