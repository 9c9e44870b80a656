import { lexer } from 'marked';

/** A definition that another block may refer to: a footnote, or the address of a link. */
const DEFINITION = /^ {0,3}\[[^\]]+\]:/m;

/** Markdown in pieces that can be shown one by one: paragraphs, lists, blocks of code. */
export function toBlocks(markdown: string): readonly string[] {
  if (DEFINITION.test(markdown)) return [markdown];
  return lexer(markdown)
    .filter(({ type }) => type !== 'space')
    .map(({ raw }) => raw);
}
