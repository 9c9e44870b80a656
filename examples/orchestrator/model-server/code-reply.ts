import type { Reply } from './prompt.js';

/** A reply with reasoning, and with what markdown has. */
export const CODE_REPLY: Reply = {
  reasoning:
    'The user wants an example. `for await` reads a `ReadableStream` in Node and in most browsers; a reader works in all of them.',
  text: `A stream is read piece by piece, with \`for await\`:

\`\`\`typescript
/** Reads a response as it comes, and gives its lines. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const pieces = response.body!.pipeThrough(new TextDecoderStream());
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
\`\`\`

Three things to know:

1. A piece may end **within a line**, so the rest waits for the next one.
2. \`TextDecoderStream\` keeps the bytes of a character together.
3. Leaving the loop cancels the stream.

| runtime | \`for await\` over a stream |
| ------- | ------------------------- |
| Node 20 | yes                       |
| Safari  | not yet: use a reader     |

More is in [the documentation](https://developer.mozilla.org/docs/Web/API/ReadableStream).`,
};
