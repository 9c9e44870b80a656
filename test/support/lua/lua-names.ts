import type { Node } from 'luaparse';
import type { IncludeHeader, IncludeLine, LuaText } from './lua-text.js';
import { INCLUDE_MARKER } from './lua-text.js';
import { childrenOf, rootOf } from './lua-tree.js';

const LISTS = ['KEYS', 'ARGV'];
const REDIS = new Set(
  // prettier-ignore
  ['redis', 'cjson', 'cmsgpack', 'bit', 'struct', 'string', 'table', 'math', 'tonumber', 'tostring', 'unpack',
    'pcall', 'ipairs', 'pairs', 'type', 'error', 'assert', 'next', 'select'],
);

/** An include, as far as those who include it must know it. */
export interface Include extends IncludeHeader {
  /** All locals that its text leaves in the scope of the includer. */
  readonly locals: readonly string[];
}

export interface NamesOf {
  readonly problems: readonly string[];
  /** Names that are used and are neither local nor Redis' own. */
  readonly free: readonly string[];
  /** Those among them that are assigned to, or whose fields are. */
  readonly changed: readonly string[];
  /** Names at the outermost level. */
  readonly locals: readonly string[];
}

interface Variable {
  readonly name: string;
  /** Absent for a local of the text itself. */
  readonly from?: {
    readonly include: string;
    readonly isGiven: boolean;
    readonly isListed: boolean;
  };
  isRead: boolean;
  /** By the text itself, and not by an include. */
  isNamed: boolean;
}

/** What an include states; without one, the text is a script. */
export function resolveNames(
  text: LuaText,
  includes: ReadonlyMap<string, Include>,
  stated?: IncludeHeader,
): NamesOf {
  const walk = new NameWalk(text.includeLines, includes, stated);
  walk.block(text.chunk.body, stated?.gives);
  return {
    problems: walk.problems,
    free: [...walk.free],
    changed: [...walk.changed],
    locals: walk.locals,
  };
}

class NameWalk {
  readonly problems: string[] = [];
  readonly free = new Set<string>();
  readonly changed = new Set<string>();
  locals: string[] = [];
  private readonly scopes: Variable[][] = [];

  constructor(
    private readonly includeLines: readonly IncludeLine[],
    private readonly includes: ReadonlyMap<string, Include>,
    private readonly stated: IncludeHeader | undefined,
  ) {}

  block(body: readonly Node[], given: readonly string[] = [], enter = (): void => undefined): void {
    this.scopes.push([]);
    enter();
    for (const statement of body) this.visit(statement);
    this.leave(given);
  }

  private visit(node: Node): void {
    switch (node.type) {
      case 'LocalStatement':
        this.visitAll(node.init);
        for (const { name } of node.variables) this.declare(name);
        return;
      case 'AssignmentStatement':
        this.visitAll(node.init);
        for (const variable of node.variables) this.assign(variable);
        return;
      case 'CallStatement':
        if (!this.isInclude(node.expression)) this.visit(node.expression);
        return;
      case 'FunctionDeclaration':
        if (this.stated) this.problems.push('has a function: Redis makes it anew for each call');
        if (node.identifier && rootOf(node.identifier))
          this.declare(rootOf(node.identifier) as string);
        this.block(node.body, [], () => {
          for (const parameter of node.parameters) {
            if (parameter.type === 'Identifier') this.declare(parameter.name);
          }
        });
        return;
      case 'ForNumericStatement':
        this.visitAll([node.start, node.end, ...(node.step ? [node.step] : [])]);
        this.block(node.body, [], () => this.declare(node.variable.name));
        return;
      case 'ForGenericStatement':
        this.visitAll(node.iterators);
        this.block(node.body, [], () => node.variables.forEach(({ name }) => this.declare(name)));
        return;
      case 'RepeatStatement':
        // The condition sees the locals of the body.
        this.block([...node.body, node.condition]);
        return;
      case 'WhileStatement':
      case 'IfClause':
      case 'ElseifClause':
        this.visit(node.condition);
        this.block(node.body);
        return;
      case 'ElseClause':
      case 'DoStatement':
        this.block(node.body);
        return;
      case 'Identifier':
        this.name(node.name, true);
        return;
      default:
        this.visitAll(childrenOf(node));
    }
  }

  private visitAll(nodes: readonly Node[]): void {
    for (const node of nodes) this.visit(node);
  }

  private assign(target: Node): void {
    const root = rootOf(target);
    if (root !== undefined && !this.find(root)) this.changed.add(root);
    if (target.type === 'Identifier') this.name(target.name, false);
    else this.visit(target);
  }

  private name(name: string, isRead: boolean): void {
    const variable = this.find(name);
    if (!variable) {
      const isOfRedis = REDIS.has(name) || (!this.stated && LISTS.includes(name));
      if (!isOfRedis) this.free.add(name);
      return;
    }
    variable.isRead ||= isRead;
    variable.isNamed = true;
    const { from } = variable;
    if (from && !from.isGiven)
      this.problems.push(`uses ${name}, which ${from.include} does not give`);
    else if (from && !from.isListed)
      this.problems.push(`uses ${name} of ${from.include}, and its include line does not name it`);
  }

  private declare(name: string, from?: Variable['from']): void {
    if (name === '_') return;
    const isTaken = this.find(name) ?? this.stated?.needs.includes(name);
    if (isTaken) this.problems.push(`declares ${name}${by(from)}, which is there already`);
    this.scopes.at(-1)?.push({ name, ...(from && { from }), isRead: false, isNamed: false });
  }

  private find(name: string): Variable | undefined {
    for (const scope of this.scopes.toReversed()) {
      const variable = scope.findLast((candidate) => candidate.name === name);
      if (variable) return variable;
    }
    return undefined;
  }

  private leave(given: readonly string[]): void {
    const scope = this.scopes.pop() ?? [];
    for (const { name, from, isRead, isNamed } of scope) {
      if (from?.isListed && !isNamed)
        this.problems.push(
          `names ${name} of ${from.include} at the include line, and never uses it`,
        );
      if (!from && !isRead && !given.includes(name))
        this.problems.push(`declares ${name}, and never uses it`);
    }
    if (this.scopes.length === 0) this.locals = scope.map(({ name }) => name);
  }

  private isInclude(node: Node): boolean {
    if (node.type !== 'CallExpression' || rootOf(node.base) !== INCLUDE_MARKER) return false;
    const [index] = node.arguments;
    const line = index?.type === 'NumericLiteral' ? this.includeLines[index.value] : undefined;
    if (line) this.include(line);
    return true;
  }

  private include({ include: name, names, mayEnd }: IncludeLine): void {
    const include = this.includes.get(name);
    if (!include) {
      this.problems.push(`includes ${name}, which there is not`);
      return;
    }
    for (const need of include.needs) this.give(name, need);
    for (const change of include.changes) if (!this.find(change)) this.changed.add(change);
    for (const listed of names) {
      if (!include.gives.includes(listed)) this.problems.push(`${name} does not give ${listed}`);
    }
    if (mayEnd.join() !== include.mayEnd.join()) {
      this.problems.push(
        `${name} may end: ${include.mayEnd.join(', ') || 'never'}, and the include line says otherwise`,
      );
    }
    for (const local of include.locals) {
      const [isGiven, isListed] = [include.gives.includes(local), names.includes(local)];
      this.declare(local, { include: name, isGiven, isListed });
    }
  }

  /** To an include, what it needs. */
  private give(include: string, need: string): void {
    const variable = this.find(need);
    if (variable) variable.isRead = true;
    if (variable?.from?.isGiven === false)
      this.problems.push(
        `gives ${include} the name ${need}, which ${variable.from.include} does not give`,
      );
    if (variable) return;
    if (this.stated) this.free.add(need);
    else this.problems.push(`does not have ${need}, which ${include} needs`);
  }
}

function by(from: Variable['from']): string {
  return from ? ` by including ${from.include}` : '';
}
