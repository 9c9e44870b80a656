import { readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Pattern {
  readonly text: string;
  readonly isException: boolean;
  readonly expression: RegExp;
}

/** What a .dockerignore leaves of a folder, by the rules of Docker's classic builder, which are the stricter ones. */
export class DockerIgnore {
  private readonly patterns: readonly Pattern[];

  constructor(text: string) {
    this.patterns = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(toPattern);
  }

  /** A pattern counts for a path and for all below it; of several, the last. */
  isIgnored(path: string): boolean {
    const last = this.patterns.findLast(({ expression }) => expression.test(path));
    return last !== undefined && !last.isException;
  }

  /** The files of the folder that the builder gets, relative to it. */
  filesOf(folder: string, below = ''): string[] {
    return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = join(below, entry.name);
      if (!entry.isDirectory()) return this.isIgnored(path) ? [] : [path];
      return this.isIgnored(path) && !this.mayHaveExceptions(path)
        ? []
        : this.filesOf(folder, path);
    });
  }

  private mayHaveExceptions(folder: string): boolean {
    return this.patterns.some(
      ({ isException, text }) => isException && `${text}/`.startsWith(`${folder}/`),
    );
  }
}

function toPattern(line: string): Pattern {
  const isException = line.startsWith('!');
  const text = line.replace(/^!/, '').replace(/^\/|\/$/g, '');
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (wildcard) => EXPRESSIONS[wildcard] ?? wildcard);
  return { text, isException, expression: new RegExp(`^${source}(/|$)`) };
}

const EXPRESSIONS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
