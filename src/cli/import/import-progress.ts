import { MultiBar } from 'cli-progress';
import { describeCounts, type ImportCounts } from './import-counts.js';
import type { ImportObserver } from './import-run.js';

/** Tells on stderr how an import goes: with a bar where a person watches, else problems alone. */
export class ImportProgress implements ImportObserver {
  private readonly bars = new MultiBar({
    format: '{bar} {percentage}% | {eta_formatted} | {counts}',
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is the command's to handle.
    gracefulExit: false,
  });
  private readonly bar;
  private readonly notedOnce = new Set<string>();
  private bytesDone = 0;

  /** `bytes` of the whole file. */
  constructor(private readonly bytes: number) {
    this.bar = process.stderr.isTTY
      ? this.bars.create(bytes, 0, { counts: 'reading what is there' })
      : undefined;
  }

  onLine(bytes: number, counts: ImportCounts): void {
    // Lines end out of order, and the last may have no line feed.
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
    // What was logged last is written with the next update only.
    if (this.bar) this.bars.update();
    this.bars.stop();
  }
}
