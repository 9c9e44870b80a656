import { Readable } from 'node:stream';

/**
 * A stream that asks for a piece only when its reader has taken the one before. `Readable.from` has
 * always one piece more in memory.
 */
export function lazyStream(pieces: AsyncIterable<string>): Readable {
  const iterator = pieces[Symbol.asyncIterator]();
  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      iterator.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, closed) {
      // It ends after the piece that is being made, and nobody waits for that.
      iterator.return?.().catch(() => undefined);
      closed(error);
    },
  });
}
