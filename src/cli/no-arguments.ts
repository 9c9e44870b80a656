import { parseArgs } from 'node:util';

/**
 * Parses the command line of a command that takes no arguments.
 * @throws TypeError
 */
export function parseNoArguments(args: readonly string[]): Record<string, never> | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', default: false } },
  });
  return values.help ? 'help' : {};
}
