/** Milliseconds that a line which is not urgent may wait for others, to be written together with them. */
const DELAY_MS = 50;

/** UTF-16 code units of delayed lines that are written at once. */
const CHUNK_LENGTH = 16 * 1024;

/** Bytes that wait for a slow reader. Lines beyond them are dropped: a log must not take the memory, nor stop the work. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Milliseconds that the end of the process waits for a slow reader. */
const FLUSH_MS = 1_000;

/** What a log is written to, such as `process.stdout`. */
export type LogStream = Pick<
  NodeJS.WriteStream,
  'write' | 'writableLength' | 'on' | 'once' | 'removeListener'
>;

/**
 * Writes lines of the log. A pipe that nobody empties does not block the process: Node holds what the pipe does
 * not take, and this class bounds that. When the reader is gone, lines go nowhere.
 */
export class LogOutput {
  private delayed = '';
  private timer: NodeJS.Timeout | undefined;
  private isBroken = false;
  private listens = false;
  private dropped = 0;

  /** @param reportDropped makes the line that says how many lines were dropped */
  constructor(private readonly stream: LogStream) {}

  /** How many lines have been dropped since the last call. */
  takeDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  get isFull(): boolean {
    return this.stream.writableLength > MAX_WAITING_BYTES;
  }

  /** Writes a line, and the delayed ones before it, now. */
  readonly write = (line: string): void => {
    this.listen();
    this.delayed += line;
    this.writeDelayed();
  };

  /** Writes a line soon. A process that is killed loses the lines of the last 50 ms. */
  readonly writeSoon = (line: string): void => {
    this.listen();
    this.delayed += line;
    if (this.delayed.length > CHUNK_LENGTH) this.writeDelayed();
    else this.timer ??= setTimeout(() => this.writeDelayed(), DELAY_MS).unref();
  };

  /** Resolves when everything is written, when the reader is gone, or after a second. */
  async flush(): Promise<void> {
    this.writeDelayed();
    if (this.isBroken || this.stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FLUSH_MS);
      const end = (): void => {
        clearTimeout(timer);
        this.stream.removeListener('error', end);
        resolve();
      };
      // Not `drain`: a stream below its high-water mark emits none. Node calls back in the order of the writes.
      this.stream.once('error', end);
      this.stream.write('', end);
    });
  }

  /** Listens from the first line on: many outputs may be made of one stream, of which one is used. */
  private listen(): void {
    if (this.listens) return;
    this.listens = true;
    // To log that the log has no reader would fail again, without end.
    this.stream.on('error', () => (this.isBroken = true));
    process.once('exit', () => this.writeDelayed());
  }

  private writeDelayed(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.delayed;
    this.delayed = '';
    if (lines === '' || this.isBroken) return;
    if (this.isFull) this.dropped += countLines(lines);
    else this.stream.write(lines);
  }
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** The one output of the process: whoever ends the process flushes it. */
export const processLog = new LogOutput(process.stdout);
