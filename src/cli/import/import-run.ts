import { UnreadableLineError } from './unreadable-line.error.js';
import type { DialogueLine } from './dialogue-file.js';
import type { DialogueImporter } from './dialogue-importer.js';
import type { ImportCounts } from './import-counts.js';
import { RefusedError } from './import.errors.js';
import { OtherMessagesError } from './stored-messages.js';

export interface ImportObserver {
  onFailure(line: number, reason: string): void;
  /** Called after each line. `bytes` is how much of the file has been read. */
  onLine(bytes: number, counts: ImportCounts): void;
}

/**
 * Imports the lines, several at a time, and counts their outcomes. An error of one line is reported
 * and counted. Any other error ends the import as soon as the requests in flight are answered.
 */
export class ImportRun {
  constructor(
    private readonly importer: DialogueImporter,
    private readonly observer: ImportObserver,
    private readonly counts: ImportCounts,
    private readonly signal: AbortSignal,
  ) {}

  async import(lines: AsyncGenerator<DialogueLine>, concurrency: number): Promise<void> {
    const workers = Array.from({ length: concurrency }, () => this.work(lines));
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Takes lines from the generator that all workers share. A worker that stops closes it for all. */
  private async work(lines: AsyncGenerator<DialogueLine>): Promise<void> {
    for await (const line of lines) {
      if (this.signal.aborted) return;
      this.counts[await this.outcomeOf(line)]++;
      this.observer.onLine(line.endsAt, this.counts);
    }
  }

  private async outcomeOf({
    number,
    content,
    repetition,
  }: DialogueLine): Promise<keyof ImportCounts> {
    try {
      if (content instanceof UnreadableLineError) throw content;
      return await this.importer.import(content, repetition);
    } catch (error) {
      if (!isOfTheLine(error)) throw error;
      this.observer.onFailure(number, error.message);
      return 'failed';
    }
  }
}

function isOfTheLine(error: unknown): error is Error {
  return (
    error instanceof UnreadableLineError ||
    error instanceof RefusedError ||
    error instanceof OtherMessagesError
  );
}
