const LINE_FEED = 0x0a;

/**
 * The lines of a file, byte by byte as they are, and one at a time. In place of node:readline, which
 * also splits at U+2028 and U+2029, that JSON strings may hold, and hides what is no UTF-8.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (
      let end = chunk.indexOf(LINE_FEED);
      end !== -1;
      start = end + 1, end = chunk.indexOf(LINE_FEED, start)
    ) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]);
      begun = [];
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
