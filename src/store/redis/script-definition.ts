import { hash } from 'node:crypto';
import type { RedisScript, ScriptArgument, ScriptCall } from './script-connection.js';
import { scriptSource } from './script-source.js';

/**
 * The values that a call gives by name: for `name` one value; for `name?`, which is behind all of these, a value
 * or undefined; for `...name`, which must be the last, a list. The list of values ends before the optional ones
 * that are absent. The first of all values, which no script means by another name, stands for an absent one
 * that has a present one behind it.
 */
type NamedValues<Name extends string, Value> = {
  readonly [N in Name as N extends `...${string}` | `${string}?` ? never : N]: Value;
} & {
  readonly [N in Name as N extends `${infer Optional}?` ? Optional : never]?: Value | undefined;
} & {
  readonly [N in Name as N extends `...${infer Rest}` ? Rest : never]: readonly Value[];
};

/**
 * A script of the folder `scripts`, declared with the names of its KEYS and ARGV in order: the names of
 * the locals with which the Lua text begins. A test holds the two equal.
 */
export class ScriptDefinition<
  const Keys extends readonly string[],
  const Args extends readonly string[],
> implements RedisScript {
  readonly lua: string;
  readonly sha1: string;
  private readonly orderKeys: Order<string>;
  private readonly orderArgs: Order<ScriptArgument>;

  constructor(
    readonly name: string,
    readonly parameters: { readonly keys: Keys; readonly args: Args },
  ) {
    this.lua = scriptSource(name);
    this.sha1 = hash('sha1', this.lua);
    this.orderKeys = orderOf(parameters.keys);
    this.orderArgs = orderOf(parameters.args);
  }

  /** Redis is given the keys that the script declares and no others: it hashes every byte of them. */
  with(
    keys: NamedValues<Keys[number], string>,
    args: NamedValues<Args[number], ScriptArgument>,
  ): ScriptCall {
    return [this, this.orderKeys(keys), this.orderArgs(args)];
  }
}

/** From values by name to values by position. */
type Order<Value> = (valuesByName: object) => Value[];

function orderOf<Value>(parameters: readonly string[]): Order<Value> {
  const fixed = parameters.filter((parameter) => /^\w+$/.test(parameter));
  const last = parameters.at(-1) ?? '';
  const optional = parameters.filter((parameter) => parameter.endsWith('?'));
  const optionalNames = optional.map((parameter) => parameter.slice(0, -1));
  const rest = last.startsWith('...') ? last.slice(3) : undefined;
  return (valuesByName) => {
    const values = valuesByName as Readonly<Record<string, unknown>>;
    const ordered: unknown[] = [];
    for (const name of fixed) ordered.push(values[name]);
    let present = optionalNames.length;
    while (present > 0 && values[optionalNames[present - 1] as string] === undefined) present--;
    for (let i = 0; i < present; i++)
      ordered.push(values[optionalNames[i] as string] ?? ordered[0]);
    if (rest !== undefined) for (const value of values[rest] as Value[]) ordered.push(value);
    return ordered as Value[];
  };
}
