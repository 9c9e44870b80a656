/** The largest value of a column or a LIMIT. */
export const MAX_INTEGER = 2 ** 31 - 1;

/** What PostgreSQL takes for a parameter. */
export type SqlValue =
  string | number | boolean | Date | null | readonly (string | number | null)[];

/**
 * A statement that PostgreSQL prepares once a connection, with the names of its parameters: `:name` in
 * the text.
 */
export class SqlStatement<const Names extends readonly string[]> {
  readonly text: string;

  constructor(
    readonly name: string,
    readonly parameters: Names,
    text: string,
  ) {
    // `::type` is a cast.
    this.text = text.replaceAll(/(?<!:):(\w+)/g, (_, parameter: string) => {
      const position = parameters.indexOf(parameter) + 1;
      if (position === 0) throw new TypeError(`${name} declares no parameter ${parameter}.`);
      return `$${position}`;
    });
  }

  /** The values by position. */
  values(byName: Readonly<Record<Names[number], SqlValue>>): SqlValue[] {
    return this.parameters.map((parameter) => byName[parameter as Names[number]]);
  }
}
