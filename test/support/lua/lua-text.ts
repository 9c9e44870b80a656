import luaparse, { type Chunk } from 'luaparse';

/** What the comment at the top of an include states. */
export interface IncludeHeader {
  readonly needs: readonly string[];
  readonly gives: readonly string[];
  readonly changes: readonly string[];
  readonly mayEnd: readonly string[];
}

/** `-- @include <include>: <names that the text uses of it>; may end: <words>` */
export interface IncludeLine {
  readonly include: string;
  readonly names: readonly string[];
  readonly mayEnd: readonly string[];
}

/** A text of Lua with its include lines, each of which is a call of INCLUDE_MARKER in the tree. */
export interface LuaText {
  readonly chunk: Chunk;
  readonly includeLines: readonly IncludeLine[];
  readonly problems: readonly string[];
}

export const INCLUDE_MARKER = '__include';

const INCLUDE_LINE = /^ *-- @include ([\w-]+)(?:: (\w+(?:, \w+)*))?(?:; may end: ([A-Z_, ]+))?$/;

export function parseLua(text: string): LuaText {
  const includeLines: IncludeLine[] = [];
  const problems: string[] = [];
  const lines = text.split('\n').map((line) => {
    if (!line.includes('@include')) return line;
    const match = INCLUDE_LINE.exec(line);
    if (!match) {
      problems.push(`has an include line that cannot be read: ${line.trim()}`);
      return line;
    }
    const [, include = '', names, mayEnd] = match;
    includeLines.push({ include, names: words(names), mayEnd: words(mayEnd) });
    return `${INCLUDE_MARKER}(${includeLines.length - 1})`;
  });
  const chunk = luaparse.parse(lines.join('\n'), { luaVersion: '5.1', comments: false });
  return { chunk, includeLines, problems };
}

export function includeHeaderOf(text: string): IncludeHeader {
  const stated = (label: string): string[] =>
    words(new RegExp(`^-- ${label}: (.+)$`, 'm').exec(text)?.[1]);
  return {
    needs: stated('Needs'),
    gives: stated('Gives'),
    changes: stated('Changes'),
    mayEnd: stated('May end'),
  };
}

/** The names of KEYS or ARGV in the comment at the top of a script, `...` before one of a variable length. */
export function statedParameters(text: string, list: 'KEYS' | 'ARGV'): string[] {
  const lines = [...text.matchAll(new RegExp(`^-- ${list}\\[(\\d+)(…?)\\] +(\\w+)`, 'gm'))];
  return lines.map(([, position, rest, name = ''], i) =>
    Number(position) === i + 1 ? `${rest ? '...' : ''}${name}` : `${name} at ${position}`,
  );
}

/** The words with which a reply begins, as the comment at the top of a script states them. */
export function statedReplies(text: string): string[] {
  const [, results = ''] = text.split(/^-- Result/m);
  const comment = /^(?:.*\n(?=--))*.*/.exec(results)?.[0] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^-- (Errors)?/, '').trim());
  return lines.flatMap((line) => /^[A-Z][A-Z_]+\b/.exec(line)?.[0] ?? []);
}

function words(list: string | undefined): string[] {
  return list?.split(', ').map((word) => word.trim()) ?? [];
}
