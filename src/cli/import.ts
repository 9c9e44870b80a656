import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { IMPORT_USAGE, parseImportCommand, type ImportCommand } from './import-command.js';
import { ImportApi } from './import/api-client.js';
import { ConversationsApi } from './import/conversations-api.js';
import { readDialogues } from './import/dialogue-file.js';
import { DialogueImporter } from './import/dialogue-importer.js';
import { ImportProgress } from './import/import-progress.js';
import { ImportRun } from './import/import-run.js';
import { describeCounts, type ImportCounts } from './import/import-counts.js';
import { KnownConversations } from './import/known-conversations.js';
import { EXIT_CODE, runCommand } from './run-command.js';

async function importFile(command: ImportCommand): Promise<number> {
  const interrupt = new AbortController();
  // The first Ctrl-C stops the import. The second one ends the process, as it does by default.
  process.once('SIGINT', () => interrupt.abort());
  const { signal } = interrupt;
  const progress = new ImportProgress((await stat(command.file)).size);
  const pause = async (ms: number, failure: string): Promise<void> => {
    progress.noteOnce(`The service is not available (${failure}). The import tries again.`);
    await delay(ms, undefined, { signal });
  };
  const api = new ConversationsApi(new ImportApi({ ...command, pause }));
  const counts: ImportCounts = { imported: 0, completed: 0, skipped: 0, failed: 0 };
  try {
    const importer = new DialogueImporter(api, await KnownConversations.read(api));
    const run = new ImportRun(importer, progress, counts, signal);
    await run.import(readDialogues(createReadStream(command.file)), command.concurrency);
  } catch (error) {
    if (!signal.aborted) {
      progress.note((error as Error).message);
      progress.note('The import has stopped. Run it again to continue.');
      return EXIT_CODE.failed;
    }
  } finally {
    progress.end();
    process.stdout.write(`${describeCounts(counts)}${signal.aborted ? ', interrupted' : ''}\n`);
  }
  if (signal.aborted) return EXIT_CODE.interrupted;
  return counts.failed === 0 ? EXIT_CODE.done : EXIT_CODE.failed;
}

process.exitCode = await runCommand(
  { usage: IMPORT_USAGE, parse: parseImportCommand, execute: importFile },
  process.argv.slice(2),
);
