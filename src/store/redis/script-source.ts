import { readFileSync } from 'node:fs';

const INCLUDE = /^ *-- @include ([\w-]+).*$/gm;

/**
 * The text of a script, with the text of an include in place of each line that names one. Includes are
 * no functions: Redis makes the functions of a script anew for each call, with every variable that they
 * share, and that took a quarter of the time of an append.
 */
export function scriptSource(name: string): string {
  const url = new URL(`./scripts/${name}.lua`, import.meta.url);
  return readFileSync(url, 'utf8').replace(INCLUDE, (_, include: string) =>
    scriptSource(`includes/${include}`),
  );
}
