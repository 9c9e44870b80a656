import {
  isValidElement,
  useEffect,
  useRef,
  useState,
  type ComponentProps,
  type CSSProperties,
  type ReactElement,
} from 'react';
import { CopyButton } from '../message/copy-button';
import { highlight, type Line } from './highlighter';

export function InlineCode({ children }: ComponentProps<'code'>): ReactElement {
  return <code>{children}</code>;
}

/** A block of code with the name of its language. It is plain until its colours are there. */
export function CodeBlock({ children }: ComponentProps<'pre'>): ReactElement {
  const { className = '', children: content } = isValidElement<ComponentProps<'code'>>(children)
    ? children.props
    : {};
  const language = /language-(\S+)/.exec(className)?.[1] ?? '';
  const code = (typeof content === 'string' ? content : '').replace(/\n$/, '');
  const lines = useHighlighted(code, language.toLowerCase());
  return (
    <figure className="code-block">
      <figcaption>
        {language === '' ? 'Code' : language}
        <CopyButton text={code} label="Copy the code" />
      </figcaption>
      <pre tabIndex={0} role="region" aria-label={`Code${language && ` in ${language}`}`}>
        <code>{lines ? lines.map((line, index) => toSpans(line, index)) : code}</code>
      </pre>
    </figure>
  );
}

interface Highlighted {
  readonly code: string;
  readonly language: string;
  readonly lines: readonly Line[];
}

/** While code is being written, the last colours stay until the next ones are there. */
function useHighlighted(code: string, language: string): readonly Line[] | undefined {
  const [highlighted, setHighlighted] = useState<Highlighted>();
  const asked = useRef(0);
  const answered = useRef(0);
  useEffect(() => {
    const turn = (asked.current += 1);
    void highlight(code, language)
      .then((lines) => {
        // The colours of less code are taken too: more comes faster than they do. Those of more code stay.
        if (!lines || turn < answered.current) return;
        answered.current = turn;
        setHighlighted({ code, language, lines });
      })
      // Without colours it can be read as well.
      .catch(() => undefined);
  }, [code, language]);
  if (highlighted?.language !== language || !code.startsWith(highlighted.code)) return undefined;
  const { lines } = highlighted;
  const rest = code.slice(highlighted.code.length);
  return rest === '' ? lines : [...lines.slice(0, -1), [...(lines.at(-1) ?? []), plain(rest)]];
}

function plain(content: string): Line[number] {
  return { content, offset: 0 };
}

function toSpans(line: Line, index: number): ReactElement {
  return (
    <span key={index}>
      {index > 0 && '\n'}
      {line.map(({ content, htmlStyle }, at) => (
        <span key={at} style={htmlStyle as CSSProperties}>
          {content}
        </span>
      ))}
    </span>
  );
}
