import { resolveNames, type Include } from './lua-names.js';
import { namedParameters } from './lua-parameters.js';
import {
  includeHeaderOf,
  parseLua,
  statedParameters,
  statedReplies,
  type LuaText,
} from './lua-text.js';
import { repliesOf } from './lua-tree.js';

/** A script as TypeScript declares it: its text, and the names of its KEYS and ARGV. */
export interface DeclaredScript {
  readonly text: string;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** What is wrong with scripts and the texts that they include, each by its name. */
export function problemsOf(
  scripts: Readonly<Record<string, DeclaredScript>>,
  includes: Readonly<Record<string, string>>,
): string[] {
  const known = new Map<string, Include>();
  const problems: string[] = [];
  const report = (name: string, found: readonly string[]): void => {
    problems.push(...found.map((problem) => `${name} ${problem}`));
  };
  const read = (name: string): void => {
    const source = includes[name];
    if (source === undefined || known.has(name)) return;
    const text = parseLua(source);
    for (const { include } of text.includeLines) read(include);
    report(name, checkInclude(name, source, text, known));
  };
  for (const name of Object.keys(includes)) read(name);
  for (const [name, script] of Object.entries(scripts)) report(name, checkScript(script, known));
  return problems;
}

function checkInclude(
  name: string,
  source: string,
  text: LuaText,
  known: Map<string, Include>,
): string[] {
  const header = includeHeaderOf(source);
  const { problems, free, changed, locals } = resolveNames(text, known, header);
  known.set(name, { ...header, locals });
  return [
    ...text.problems,
    ...problems,
    ...free
      .filter(isNotIn(header.needs))
      .map((n) => `uses ${n}, and does not state that it needs it`),
    ...header.needs
      .filter(isNotIn(free))
      .map((n) => `states that it needs ${n}, and does not use it`),
    ...changed.filter(isNotIn(header.changes)).map((n) => `changes ${n}, and does not state it`),
    ...header.changes
      .filter(isNotIn(changed))
      .map((n) => `states that it changes ${n}, and does not`),
    ...header.gives
      .filter(isNotIn(locals))
      .map((n) => `states that it gives ${n}, and does not define it`),
    ...differences('ends with', endings(text), header.mayEnd),
  ];
}

function checkScript(
  { text: source, keys, args }: DeclaredScript,
  known: Map<string, Include>,
): string[] {
  const text = parseLua(source);
  const { problems, free } = resolveNames(text, known);
  return [
    ...text.problems,
    ...problems,
    ...free.map((n) => `uses ${n}, which is not there`),
    ...checkParameters('KEYS', keys, source, text),
    ...checkParameters('ARGV', args, source, text),
    ...differences('replies', endings(text), statedReplies(source)),
  ];
}

function checkParameters(
  list: 'KEYS' | 'ARGV',
  declared: readonly string[],
  source: string,
  { chunk }: LuaText,
): string[] {
  const expected = declared.map((name) => name.replace('?', '')).join(', ');
  const { names, guarded, unnamed } = namedParameters(chunk, list);
  const stated = statedParameters(source, list).join(', ');
  // An absent key that has a present one behind it is given as the first of KEYS.
  const optional = declared
    .slice(0, -1)
    .filter((name) => name.endsWith('?'))
    .join(', ')
    .replaceAll('?', '');
  return [
    ...(names.join(', ') === expected
      ? []
      : [`names its ${list} ${names.join(', ')}, and TypeScript ${expected}`]),
    ...(stated === expected ? [] : [`states ${list} ${stated}, and TypeScript ${expected}`]),
    ...(guarded.join(', ') === optional
      ? []
      : [`takes ${list}[1] for an absent one of ${guarded.join(', ')}, and must of ${optional}`]),
    ...(unnamed === 0 ? [] : [`reads ${list} elsewhere than in the locals at its top`]),
  ];
}

/** Of the text itself and of what it includes. */
function endings({ chunk, includeLines }: LuaText): string[] {
  return [...new Set([...repliesOf(chunk), ...includeLines.flatMap(({ mayEnd }) => mayEnd)])];
}

function differences(verb: string, actual: readonly string[], stated: readonly string[]): string[] {
  return [
    ...actual.filter(isNotIn(stated)).map((word) => `${verb} ${word}, and does not state it`),
    // A reply that is built step by step is no literal.
    ...stated
      .filter(isNotIn([...actual, 'OK']))
      .map((word) => `states that it ${verb} ${word}, and does not`),
  ];
}

function isNotIn(names: readonly string[]): (name: string) => boolean {
  return (name) => !names.includes(name);
}
