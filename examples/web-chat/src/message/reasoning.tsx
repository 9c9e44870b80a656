import { Brain } from 'lucide-react';
import type { ReactElement } from 'react';
import { Markdown } from '../markdown/markdown';

interface ReasoningProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** What the model has thought before it answered: folded, for whoever wants to know. */
export function Reasoning({ text, isStreaming }: ReasoningProps): ReactElement | null {
  if (text.trim() === '' && !isStreaming) return null;
  return (
    <details className="reasoning">
      <summary>
        <Brain aria-hidden="true" />
        {isStreaming ? 'Thinking …' : 'Thought about it'}
      </summary>
      <Markdown text={text} isStreaming={isStreaming} />
    </details>
  );
}
