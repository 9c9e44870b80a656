import type { Chunk, Expression, LogicalExpression, Statement } from 'luaparse';
import { isStatementOf, mentions, rootOf } from './lua-tree.js';

/** The locals with which a script names its KEYS or ARGV, in order: `...` before one of a variable length. */
export interface NamedParameters {
  readonly names: readonly string[];
  /** Those that the script takes for absent when they equal the first of the list. */
  readonly guarded: readonly string[];
  /** How often the script reads the list elsewhere. */
  readonly unnamed: number;
}

export function namedParameters(chunk: Chunk, list: 'KEYS' | 'ARGV'): NamedParameters {
  const names: (string | undefined)[] = [];
  const guarded: string[] = [];
  let named = 0;
  for (const [i, statement] of chunk.body.entries()) {
    const found = parametersOf(statement, list);
    const isOther = mentions(statement, 'KEYS') + mentions(statement, 'ARGV') > 0;
    const isListToFill = isEmptyTable(statement) && isTailLoop(chunk.body[i + 1]);
    if (found.length === 0 && !isOther && !isListToFill) break;
    named += mentions(statement, list);
    for (const { name, position, isGuarded } of found) {
      names[position - 1] = name;
      if (isGuarded) guarded.push(name);
    }
  }
  return {
    names: Array.from(names, (name) => name ?? '?'),
    guarded,
    unnamed: mentions(chunk, list) - named,
  };
}

interface Parameter {
  readonly name: string;
  readonly position: number;
  readonly isGuarded?: boolean;
}

function parametersOf(statement: Statement, list: string): Parameter[] {
  if (isStatementOf(statement, 'LocalStatement')) {
    return statement.init.flatMap((value, i) => {
      const name = statement.variables[i]?.name ?? '?';
      return parameterIn(value, list, name);
    });
  }
  if (isTailLoop(statement) && mentions(statement, list) > 0) {
    const [assignment] = statement.body;
    const target = isStatementOf(assignment, 'AssignmentStatement') && assignment.variables[0];
    const first = statement.start.type === 'NumericLiteral' ? statement.start.value : 0;
    return [{ name: `...${target ? (rootOf(target) ?? '?') : '?'}`, position: first }];
  }
  return [];
}

/**
 * `KEYS[1]`, `KEYS[3] ~= KEYS[1] and KEYS[3]`, `tonumber(ARGV[1])`, `ARGV[1] == '1'`; of all that follow
 * `{ unpack(ARGV, 3) }` or `ARGV` itself.
 */
function parameterIn(value: Expression, list: string, name: string): Parameter[] {
  switch (value.type) {
    case 'IndexExpression': {
      const isOfList = rootOf(value.base) === list && value.index.type === 'NumericLiteral';
      return isOfList ? [{ name, position: (value.index as { value: number }).value }] : [];
    }
    case 'CallExpression':
      return value.arguments.flatMap((argument) => parameterIn(argument, list, name));
    case 'BinaryExpression':
      return parameterIn(value.left, list, name);
    case 'LogicalExpression': {
      const [parameter] = parameterIn(value.right, list, name);
      const isGuarded = parameter && isGuardOf(parameter.position, value, list);
      return isGuarded ? [{ ...parameter, isGuarded }] : [];
    }
    case 'Identifier':
      return value.name === list ? [{ name: `...${name}`, position: 1 }] : [];
    case 'TableConstructorExpression': {
      const [field] = value.fields;
      if (field?.type !== 'TableValue' || field.value.type !== 'CallExpression') return [];
      const [from, first] = field.value.arguments;
      if (!from || rootOf(from) !== list || first?.type !== 'NumericLiteral') return [];
      return [{ name: `...${name}`, position: first.value }];
    }
    default:
      return [];
  }
}

/** `KEYS[3] ~= KEYS[1] and …`: the first key stands for an absent one. */
function isGuardOf(position: number, { operator, left }: LogicalExpression, list: string): boolean {
  if (operator !== 'and' || left.type !== 'BinaryExpression' || left.operator !== '~=')
    return false;
  const compared = [left.left, left.right].flatMap((side) => parameterIn(side, list, ''));
  return compared[0]?.position === position && compared[1]?.position === 1;
}

function isEmptyTable(statement: Statement): boolean {
  if (!isStatementOf(statement, 'LocalStatement')) return false;
  return statement.init.every(
    (value) => value.type === 'TableConstructorExpression' && value.fields.length === 0,
  );
}

function isTailLoop(
  statement: Statement | undefined,
): statement is Extract<Statement, { type: 'ForNumericStatement' }> {
  if (!isStatementOf(statement, 'ForNumericStatement')) return false;
  return mentions(statement.end, 'KEYS') + mentions(statement.end, 'ARGV') > 0;
}
