import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { problemsOf, type DeclaredScript } from '../../../test/support/lua/script-problems.js';
import { SCRIPTS } from './redis.scripts.js';
import { TIER_SCRIPTS } from './tier/tier.scripts.js';

const FOLDER = new URL('./scripts/', import.meta.url);
const INCLUDES = new URL('./includes/', FOLDER);

describe('the scripts', () => {
  const all = [...Object.values(SCRIPTS), ...Object.values(TIER_SCRIPTS)];
  const declared = all.map(({ name, parameters: { keys, args } }) => {
    return [name, { text: textOf(FOLDER, name), keys, args }] as [string, DeclaredScript];
  });
  const includes = namesIn(INCLUDES).map((name) => [name, textOf(INCLUDES, name)] as const);

  it('can each be read alone: every name is local, stated by an include or of Redis', () => {
    expect(problemsOf(Object.fromEntries(declared), Object.fromEntries(includes))).toEqual([]);
  });

  it('are all declared, and every include is included', () => {
    expect(declared.map(([name]) => name).sort()).toEqual(namesIn(FOLDER));
    const texts = [...declared.map(([, { text }]) => text), ...includes.map(([, text]) => text)];
    const included = texts.flatMap((text) =>
      [...text.matchAll(/@include ([\w-]+)/g)].map(([, name]) => name),
    );
    expect([...new Set(included)].sort()).toEqual(namesIn(INCLUDES));
  });

  it('leave no include line in the text that Redis is given', () => {
    for (const { lua } of all) expect(lua).not.toContain('@include');
  });
});

/** A script and an include in which nothing is wrong. */
const SCRIPT = `-- Adds to a counter.
--
-- KEYS[1]  counterKey
-- KEYS[2]  listKey    absent for none
-- KEYS[3]  logKey     absent for none
-- ARGV[1]  step
-- ARGV[2…] notes
--
-- Result   OK, the sum
-- Errors   NO_COUNTER
local counterKey, listKey, logKey = KEYS[1], KEYS[2] ~= KEYS[1] and KEYS[2], KEYS[3]
local step = tonumber(ARGV[1])
local notes = { unpack(ARGV, 2) }

-- @include load-counter: count; may end: NO_COUNTER
count = count + step
-- @include write-counter
if listKey then redis.call('RPUSH', listKey, count) end
if logKey then redis.call('RPUSH', logKey, unpack(notes)) end
return { 'OK', count }
`;
const LOAD_COUNTER = `-- Reads the counter.
-- Needs: counterKey
-- Gives: count
-- May end: NO_COUNTER
local text = redis.call('GET', counterKey)
if not text then return { 'NO_COUNTER' } end
local count = tonumber(text)
`;
const WRITE_COUNTER = `-- Writes the counter.
-- Needs: counterKey, count
redis.call('SET', counterKey, count)
`;

describe('the check of the scripts', () => {
  interface Texts {
    readonly script: string;
    readonly load: string;
    readonly write: string;
  }
  const intact: Texts = { script: SCRIPT, load: LOAD_COUNTER, write: WRITE_COUNTER };

  function problemsIn({ script, load, write }: Texts): string[] {
    return problemsOf(
      {
        count: {
          text: script,
          keys: ['counterKey', 'listKey?', 'logKey?'],
          args: ['step', '...notes'],
        },
      },
      { 'load-counter': load, 'write-counter': write },
    );
  }

  it('finds nothing where nothing is wrong', () => {
    expect(problemsIn(intact)).toEqual([]);
  });

  it.each<[string, keyof Texts, string, string, string]>([
    [
      'a name that is not there',
      'script',
      "{ 'OK', count }",
      "{ 'OK', sum }",
      'uses sum, which is not there',
    ],
    [
      'a global that is assigned',
      'script',
      'count = count',
      'total = count',
      'uses total, which is not there',
    ],
    [
      'a name of no include line',
      'script',
      'load-counter: count;',
      'load-counter;',
      'uses count of load-counter',
    ],
    [
      'a name at an include line that is not used',
      'script',
      SCRIPT.slice(SCRIPT.indexOf('count = count')),
      "return { 'OK', step }",
      'names count of load-counter',
    ],
    [
      'a name that an include does not give',
      'script',
      'load-counter: count;',
      'load-counter: count, text;',
      'does not give text',
    ],
    [
      'the inside of an include',
      'script',
      "{ 'OK', count }",
      "{ 'OK', text }",
      'uses text, which load-counter does not give',
    ],
    [
      'a local that is never used',
      'script',
      'count = count',
      'local half = 2\ncount = count',
      'declares half, and never uses it',
    ],
    [
      'a local twice',
      'script',
      'count = count',
      'local text = step\ncount = text + count',
      'declares text, which is there already',
    ],
    [
      'a local that an include declares again',
      'script',
      '-- @include load',
      'local text = step\n-- @include load',
      'declares text by including load-counter',
    ],
    [
      'an include that there is not',
      'script',
      '@include write-counter',
      '@include write-count',
      'includes write-count',
    ],
    [
      'an include line that cannot be read',
      'script',
      '@include write-counter',
      '@include write-counter (all)',
      'cannot be read',
    ],
    [
      'an include before what it needs',
      'script',
      '-- @include load',
      '-- @include write-counter\n-- @include load',
      'does not have count, which write-counter needs',
    ],
    [
      'an include that ends the script unseen',
      'script',
      '; may end: NO_COUNTER',
      '',
      'load-counter may end: NO_COUNTER',
    ],
    [
      'a reply that is not stated',
      'script',
      "{ 'OK', count }",
      "{ 'DONE', count }",
      'replies DONE, and does not state it',
    ],
    [
      'a stated reply that there is not',
      'script',
      'Errors   NO_COUNTER',
      'Errors   NO_COUNTER\n--          LOST',
      'states that it replies LOST',
    ],
    [
      'another name of a key',
      'script',
      'counterKey, listKey, logKey =',
      'listKey, counterKey, logKey =',
      'names its KEYS listKey, counterKey, logKey, and TypeScript counterKey, listKey, logKey',
    ],
    [
      'another position of an argument',
      'script',
      'unpack(ARGV, 2)',
      'unpack(ARGV, 3)',
      'names its ARGV step, ?, ...notes',
    ],
    [
      'another name in the header',
      'script',
      'KEYS[2]  listKey',
      'KEYS[2]  list',
      'states KEYS counterKey, list, logKey, and TypeScript',
    ],
    [
      'a key that is read elsewhere',
      'script',
      "'RPUSH', logKey",
      "'RPUSH', KEYS[3]",
      'reads KEYS elsewhere',
    ],
    [
      'an optional key that another may follow, and whose place the first one takes unseen',
      'script',
      'KEYS[2] ~= KEYS[1] and KEYS[2]',
      'KEYS[2]',
      'takes KEYS[1] for an absent one of , and must of listKey',
    ],
    [
      'an optional key that is compared with another one than the first',
      'script',
      'KEYS[2] ~= KEYS[1] and KEYS[2]',
      'KEYS[2] ~= KEYS[3] and KEYS[2]',
      'names its KEYS counterKey, ?, logKey',
    ],
    [
      'a need that is not stated',
      'write',
      'counterKey, count\n',
      'counterKey\n',
      'uses count, and does not state that it needs it',
    ],
    [
      'a need that is none',
      'write',
      'counterKey, count\n',
      'counterKey, count, step\n',
      'needs step, and does not use it',
    ],
    [
      'a gift that is not defined',
      'write',
      'count\n',
      'count\n-- Gives: sum\n',
      'gives sum, and does not define it',
    ],
    [
      'a change that is not stated',
      'write',
      'redis.call',
      'count = 1\nredis.call',
      'changes count, and does not state it',
    ],
    [
      'a change that is none',
      'write',
      'count\n',
      'count\n-- Changes: count\n',
      'changes count, and does not',
    ],
    [
      'an end that is not stated',
      'write',
      'redis.call',
      "if count == 0 then return { 'ZERO' } end\nredis.call",
      'ends with ZERO, and does not state it',
    ],
    [
      'a function in an include',
      'write',
      'redis.call',
      'local function f() end\nf()\nredis.call',
      'has a function',
    ],
    [
      'ARGV in an include',
      'write',
      "'SET', counterKey, count",
      "'SET', counterKey, count, ARGV[3]",
      'uses ARGV, and does not state',
    ],
  ])('finds %s', (_, file, from, to, problem) => {
    expect(intact[file]).toContain(from);
    const mutated = { ...intact, [file]: intact[file].replace(from, to) };
    expect(problemsIn(mutated).join('\n')).toContain(problem);
  });

  it('does not parse what is no Lua 5.1', () => {
    expect(() => problemsIn({ ...intact, write: 'goto done' })).toThrow(SyntaxError);
  });
});

function namesIn(folder: URL): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.lua'));
  return names.map((name) => name.replace(/\.lua$/, '')).sort();
}

function textOf(folder: URL, name: string): string {
  return readFileSync(new URL(`${name}.lua`, folder), 'utf8');
}
