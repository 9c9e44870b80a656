import { readFileSync } from 'node:fs';
import type { ConfigurationMistake } from './configuration.error.js';

/** The text of the file that a variable names; undefined when it names none, or none that can be read. */
export function readNamedFile(
  file: string | undefined,
  variable: string,
  mistakes: ConfigurationMistake[],
): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    mistakes.push({ variables: [variable], message: 'the file cannot be read' });
    return undefined;
  }
}
