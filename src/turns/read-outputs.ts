import { setImmediate as yieldToEventLoop, setTimeout as delay } from 'node:timers/promises';
import { InvalidOutputError } from './invalid-output.error.js';

/** The longest time that a stopped orchestrator may take to clean up. */
const CLEAN_UP_MS = 250;
/** After this many outputs, the event loop goes on to other requests. */
const OUTPUTS_WITHOUT_PAUSE = 64;

/**
 * The outputs of an orchestrator, until it has ended or the signal aborts. An orchestrator that
 * ignores the signal cannot hold up the turn, and one that never waits cannot hold up the process.
 * @throws InvalidOutputError when the answer is not an async iterable; errors of the orchestrator pass through
 */
export async function* readOutputs(answer: unknown, signal: AbortSignal): AsyncGenerator {
  const iterator = toIterator(answer);
  let interrupt: () => void = () => undefined;
  signal.addEventListener('abort', () => interrupt());
  try {
    for (let outputs = 1; ; outputs++) {
      const next = await new Promise<IteratorResult<unknown> | undefined>((resolve, reject) => {
        interrupt = () => resolve(undefined);
        if (signal.aborted) interrupt();
        else iterator.next().then(resolve, reject);
      });
      if (!next || next.done === true) return;
      yield next.value;
      if (outputs % OUTPUTS_WITHOUT_PAUSE === 0) await yieldToEventLoop();
    }
  } finally {
    await close(iterator);
  }
}

function toIterator(answer: unknown): AsyncIterator<unknown> {
  const iterable = answer as Partial<AsyncIterable<unknown>> | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] === 'function') {
    return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  }
  throw new InvalidOutputError('The orchestrator did not return an async iterable.');
}

async function close(iterator: AsyncIterator<unknown>): Promise<void> {
  const closed = (async () => iterator.return?.())().catch(() => undefined);
  await Promise.race([closed, delay(CLEAN_UP_MS, undefined, { ref: false })]);
}
