const LINE_FEED = 0x0a;

/**
 * Gives the lines of a file one at a time, as unchanged bytes. node:readline does not fit: it also
 * splits at U+2028 and U+2029, which JSON strings may contain, and it hides bytes that are not UTF-8.
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
