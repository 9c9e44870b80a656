import type { Chunk, Expression, Node, Statement } from 'luaparse';

/** The parts of a node in the order of the text. The names of fields (`t.name`, `{ name = 1 }`) are no parts. */
export function childrenOf(node: Node): Node[] {
  if (node.type === 'MemberExpression') return [node.base];
  if (node.type === 'TableKeyString') return [node.value];
  return (Object.values(node) as unknown[])
    .flatMap((part) => (Array.isArray(part) ? (part as unknown[]) : [part]))
    .filter(isNode);
}

/** The node and everything in it. */
function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesIn(child);
}

export function mentions(node: Node, name: string): number {
  return [...nodesIn(node)].filter((part) => part.type === 'Identifier' && part.name === name)
    .length;
}

/** The variable behind `name`, `name.field` and `name[index]`. */
export function rootOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'IndexExpression' || node.type === 'MemberExpression') return rootOf(node.base);
  return undefined;
}

/** The first words of the replies with which a text may end: of `return { 'OK', … }` it is `OK`. */
export function repliesOf(chunk: Chunk): string[] {
  return [...nodesIn(chunk)].flatMap((node) => {
    if (node.type !== 'ReturnStatement') return [];
    const [reply] = node.arguments;
    const first = reply?.type === 'TableConstructorExpression' ? reply.fields[0] : undefined;
    return first?.type === 'TableValue' ? literalsOf(first.value) : [];
  });
}

export function isStatementOf<Type extends Statement['type']>(
  statement: Statement | undefined,
  type: Type,
): statement is Extract<Statement, { type: Type }> {
  return statement?.type === type;
}

function literalsOf(expression: Expression): string[] {
  if (expression.type === 'StringLiteral') return [expression.raw.slice(1, -1)];
  if (expression.type !== 'LogicalExpression') return [];
  return [...literalsOf(expression.left), ...literalsOf(expression.right)];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
