/**
 * The lines of a text as it comes, without the empty ones.
 * @throws what the stream throws
 */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // A line may be megabytes, which come in pieces: only the new piece is searched.
  let pieces: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const [head = '', ...lines] = decoder.decode(value, { stream: !done }).split('\n');
      pieces.push(head);
      for (const next of done ? [...lines, ''] : lines) {
        const line = pieces.join('');
        pieces = [next];
        if (line !== '') yield line;
      }
      if (done) return;
    }
  } finally {
    // Without this, a consumer that stops early would leave the connection open.
    reader.cancel().catch(() => undefined);
  }
}
