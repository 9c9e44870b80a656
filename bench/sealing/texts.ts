import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = 'docs';

/** Characters between the beginnings of two texts: a prime, so that long texts begin at ever other words. */
const STEP = 1_009;

/**
 * Prose of the documentation, over and over. It has as many different words as answers of a model have, so it can be
 * compressed as well as these, and not as well as a sentence that is repeated. ASCII: a character is a byte.
 */
const PROSE = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.md'))
  .map((name) => proseOf(readFileSync(`${FOLDER}/${name}`, 'utf8')))
  .join(' ');

/** `count` different texts of so many bytes. */
export function someTexts(count: number, bytes: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const start = (i * STEP) % (PROSE.length - bytes);
    return PROSE.slice(start, start + bytes);
  });
}

/** Without programs and tables. */
function proseOf(markdown: string): string {
  return markdown
    .replace(/^```.*?^```$/gms, '')
    .replace(/^\|.*$/gm, '')
    .replace(/[^ -~\s]/g, '')
    .replace(/\s+/g, ' ');
}
