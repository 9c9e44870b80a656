import { MultiBar } from 'cli-progress';
import { describeCounts, type ImportCounts } from './import-counts.js';
import type { ImportObserver } from './import-run.js';

/** Reports an import on stderr: on a terminal with a progress bar, otherwise only its problems. */
export class ImportProgress implements ImportObserver {
  private readonly bars = new MultiBar({
    format: '{bar} {percentage}% | {eta_formatted} | {counts}',
    hideCursor: true,
    clearOnComplete: true,
    // The command handles Ctrl-C itself.
    gracefulExit: false,
  });
  private readonly bar;
  private readonly notedOnce = new Set<string>();
  private bytesDone = 0;

  /** `bytes` is the size of the file. */
  constructor(private readonly bytes: number) {
    this.bar = process.stderr.isTTY
      ? this.bars.create(bytes, 0, { counts: 'reading the existing conversations' })
      : undefined;
  }

  onLine(bytes: number, counts: ImportCounts): void {
    // Lines finish out of order, and the last one may have no line feed.
    this.bytesDone = Math.min(Math.max(this.bytesDone, bytes), this.bytes);
    this.bar?.update(this.bytesDone, { counts: describeCounts(counts) });
  }

  onFailure(line: number, reason: string): void {
    this.note(`line ${line}: ${reason}`);
  }

  note(text: string): void {
    if (this.bar) this.bars.log(`${text}\n`);
    else process.stderr.write(`${text}\n`);
  }

  noteOnce(text: string): void {
    if (!this.notedOnce.has(text)) this.note(text);
    this.notedOnce.add(text);
  }

  end(): void {
    // The bar writes its last note only with the next update.
    if (this.bar) this.bars.update();
    this.bars.stop();
  }
}
