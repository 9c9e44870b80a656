export const EXIT_CODE = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export interface CommandLine<Command> {
  readonly usage: string;
  /** @throws TypeError, with what is wrong with the arguments */
  readonly parse: (args: readonly string[]) => Command | 'help';
  /** Resolves with an exit code. */
  readonly execute: (command: Command) => Promise<number>;
}

/** Runs a command line tool and returns its exit code. */
export async function runCommand<Command>(
  { usage, parse, execute }: CommandLine<Command>,
  args: readonly string[],
): Promise<number> {
  let command: Command | 'help';
  try {
    command = parse(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return EXIT_CODE.usage;
  }
  if (command === 'help') {
    process.stdout.write(usage);
    return EXIT_CODE.done;
  }
  try {
    return await execute(command);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return EXIT_CODE.failed;
  }
}
