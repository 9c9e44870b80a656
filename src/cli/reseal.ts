import 'reflect-metadata';
import { resealStore } from '../store/reseal-store.js';
import type { ResealResult } from '../store/sealing/reseal-walks.js';
import { readStoreOptions } from './read-store-options.js';
import { parseResealCommand, RESEAL_USAGE, type ResealCommand } from './reseal-command.js';
import { ResealProgressLines } from './reseal-progress.js';
import { EXIT_CODE, runCommand } from './run-command.js';

const writeError = (line: string): void => void process.stderr.write(line);

async function reseal({ from }: ResealCommand): Promise<number> {
  const interrupt = new AbortController();
  // The first signal stops between two batches. The second one ends the process, as it does by default.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupt.abort());
  }
  const lines = new ResealProgressLines(writeError);
  try {
    const result = await resealStore(await readStoreOptions(), {
      from,
      signal: interrupt.signal,
      onProgress: (progress) => lines.report(progress),
      onDamage: (id, reason) => writeError(`Conversation ${id}: ${reason}\n`),
    });
    return end(result);
  } catch (error) {
    if (lines.position !== undefined) writeError(`Go on with --from ${lines.position}\n`);
    throw error;
  }
}

function end({ outcome, conversations, resealed, damaged, position }: ResealResult): number {
  process.stdout.write(
    `Conversations seen: ${conversations}. Texts sealed anew: ${resealed}. Conversations that cannot be opened: ${damaged}.\n`,
  );
  switch (outcome) {
    case 'done':
      return damaged === 0 ? EXIT_CODE.done : EXIT_CODE.failed;
    case 'stopped':
      process.stdout.write(`Stopped.${position === '' ? '' : ` Go on with --from ${position}`}\n`);
      return EXIT_CODE.interrupted;
    case 'unfinished':
      writeError(
        'Texts go on being written that are not sealed by the first of ENCRYPTION_KEYS: restart all processes ' +
          'of the service with it, and run this again.\n',
      );
      return EXIT_CODE.failed;
  }
}

process.exitCode = await runCommand(
  { usage: RESEAL_USAGE, parse: parseResealCommand, execute: reseal },
  process.argv.slice(2),
);
