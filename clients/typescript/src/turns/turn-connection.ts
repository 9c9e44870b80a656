import { delay, reasonOf } from '../http/delay.js';
import { ServerSentEventParser, type ServerSentEvent } from './server-sent-events.js';

/**
 * The events of one response. Ends when the connection ends.
 * @param silenceMs milliseconds without a byte after which the connection is dead
 * @throws what the connection throws, an error when it falls silent, and the reason of the signal
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const parser = new ServerSentEventParser();
  try {
    for (;;) {
      const { done, value } = await readInTime(reader, silenceMs, signal);
      if (done) return;
      yield* parser.parse(value);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readInTime(
  reader: Reader,
  silenceMs: number,
  signal: AbortSignal,
): ReturnType<Reader['read']> {
  const wait = new AbortController();
  const stop = (): void => wait.abort(reasonOf(signal));
  if (signal.aborted) throw reasonOf(signal);
  signal.addEventListener('abort', stop, { once: true });
  const silence = delay(silenceMs, wait.signal).then(() => {
    throw new TypeError('network error: the stream has fallen silent');
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    signal.removeEventListener('abort', stop);
    silence.catch(() => undefined);
    wait.abort();
  }
}
