import { memo, useId, useMemo, type ReactElement } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import remend from 'remend';
import { toBlocks } from './blocks';
import { CodeBlock, InlineCode } from './code-block';
import { MarkdownImage } from './markdown-image';
import { MarkdownLink } from './markdown-link';
import { MarkdownTable } from './markdown-table';

interface MarkdownProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  a: MarkdownLink,
  code: InlineCode,
  img: MarkdownImage,
  pre: CodeBlock,
  table: MarkdownTable,
  // The headings of the page come first.
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: 'h6',
  h5: 'h6',
};

/**
 * Text of a model, which may hold anything. `react-markdown` makes React elements of it: HTML stays text, and an address has
 * one of a few schemes. An image that another origin has is a link.
 */
export function Markdown({ text, isStreaming }: MarkdownProps): ReactElement {
  const id = useId();
  // While it is written, a word that begins with ** is bold already, and a link shows its name.
  const blocks = useMemo(() => toBlocks(isStreaming ? remend(text) : text), [text, isStreaming]);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <Block key={index} text={block} prefix={`${id}-${index}-`} />
      ))}
    </div>
  );
}

/** Only the block that grows is made anew. */
const Block = memo(function Block({
  text,
  prefix,
}: {
  readonly text: string;
  readonly prefix: string;
}) {
  return (
    <ReactMarkdown
      remarkPlugins={PLUGINS}
      remarkRehypeOptions={{ clobberPrefix: prefix }}
      components={COMPONENTS}
    >
      {text}
    </ReactMarkdown>
  );
});
