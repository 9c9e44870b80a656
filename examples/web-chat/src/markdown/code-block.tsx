import {
  isValidElement,
  useEffect,
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

/** While code is being written, the last colours stay until the next ones are there. */
function useHighlighted(code: string, language: string): readonly Line[] | undefined {
  const [lines, setLines] = useState<readonly Line[]>();
  const [highlighted, setHighlighted] = useState('');
  useEffect(() => {
    let isLatest = true;
    void highlight(code, language)
      .then((next) => {
        if (!isLatest) return;
        setLines(next);
        setHighlighted(code);
      })
      // Without colours it can be read as well.
      .catch(() => undefined);
    return () => {
      isLatest = false;
    };
  }, [code, language]);
  if (!lines || !code.startsWith(highlighted)) return undefined;
  const rest = code.slice(highlighted.length);
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
