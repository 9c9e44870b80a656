import { delay, reasonOf, unlessAborted } from '../http/delay.js';
import { unreachable } from '../http/read-problem.js';
import type { RetryPolicy } from '../http/retry-policy.js';
import type { TurnEvent } from '../model.js';
import { ProblemError, UNREACHABLE } from '../problem-error.js';
import { readEvents } from './turn-connection.js';

/** What a stream needs of the client. */
export interface TurnSource {
  /** How often a connection that brings no event is replaced, and when a silent one is. */
  readonly retries: Pick<RetryPolicy, 'attempts' | 'silenceMs'>;
  /** Opens the stream of the turn behind an event. @throws ProblemError */
  readonly resume: (turnId: string, lastEventId: string, signal: AbortSignal) => Promise<Response>;
  readonly cancel: (turnId: string) => Promise<void>;
}

/** Milliseconds before a connection is replaced that has brought nothing, times how often that has happened. */
const FAILURE_DELAY_MS = 500;

/** The data of the last event of a stream that has ended. */
const DONE = '[DONE]';
const LAST_EVENTS: readonly string[] = ['finish', 'abort', 'error'];

/**
 * The events of a turn, to be iterated over once. When the connection breaks, the stream resumes behind the last event by
 * itself. The turn runs on when nobody iterates any more: {@link cancel} ends it, {@link close} only stops following it.
 */
export class TurnStream implements AsyncIterable<TurnEvent> {
  /** Whether the request had been sent before, under its key: then an earlier request began this turn. */
  readonly isReplayed: boolean;
  private readonly abort = new AbortController();
  private readonly events = this.read();
  private first: Promise<IteratorResult<TurnEvent, void>> | undefined;
  private lastEventId: string | undefined;
  private hasEnded = false;
  /** Whether the last event had a number. One without it is made of what is stored: nothing can be resumed behind it. */
  private isNumbered = true;

  /**
   * @param response the answer with the first events
   * @param turnId undefined until the event `start` names it
   */
  constructor(
    private readonly source: TurnSource,
    private response: Response,
    private knownTurnId: string | undefined,
    signal?: AbortSignal,
  ) {
    this.isReplayed = response.headers.get('idempotency-replayed') === 'true';
    const stop = (): void => this.abort.abort(reasonOf(signal as AbortSignal));
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true, signal: this.abort.signal });
  }

  get turnId(): string | undefined {
    return this.knownTurnId;
  }

  /**
   * Asks the turn to end with what it has said so far. The stream then ends by itself, with `abort`.
   * @throws ProblemError
   */
  async cancel(): Promise<void> {
    if (this.knownTurnId === undefined) await this.readFirst();
    if (this.knownTurnId !== undefined) await this.source.cancel(this.knownTurnId);
  }

  /** Stops following the turn, which runs on. */
  close(): void {
    this.abort.abort();
    this.response.body?.cancel().catch(() => undefined);
  }

  /** @throws ProblemError when the stream cannot be resumed, and the reason of the signal */
  async *[Symbol.asyncIterator](): AsyncGenerator<TurnEvent, void, undefined> {
    try {
      const first = await this.readFirst();
      if (first.done === true) return;
      yield first.value;
      yield* this.events;
    } finally {
      this.close();
    }
  }

  /** The event that names the turn. Whoever needs it first reads it: who iterates, or who cancels. */
  private readFirst(): Promise<IteratorResult<TurnEvent, void>> {
    this.first ??= this.events.next();
    return this.first;
  }

  private async *read(): AsyncGenerator<TurnEvent, void, undefined> {
    for (let failures = 0; ;) {
      const before = this.lastEventId;
      let cause: unknown;
      try {
        yield* this.readConnection();
      } catch (error) {
        if (this.abort.signal.aborted) throw error;
        cause = error;
      }
      if (this.hasEnded) return;
      failures = this.lastEventId === before ? failures + 1 : 0;
      failures = await this.reconnect(failures, cause);
    }
  }

  private async *readConnection(): AsyncGenerator<TurnEvent> {
    const { body } = this.response;
    const { silenceMs } = this.source.retries;
    const { signal } = this.abort;
    if (!body) return;
    for await (const { id, data } of readEvents(body, silenceMs, signal)) {
      if (data === DONE) {
        this.hasEnded = true;
        return;
      }
      const event = JSON.parse(data) as TurnEvent;
      this.lastEventId = id ?? this.lastEventId;
      this.isNumbered = id !== undefined;
      this.knownTurnId ??= turnIdIn(event);
      if (LAST_EVENTS.includes(event.type)) this.hasEnded = true;
      yield event;
    }
  }

  /**
   * Opens the next connection.
   * @param failures how many connections in a row have brought nothing
   * @returns the same, with those that could not be opened
   * @throws ProblemError
   */
  private async reconnect(failures: number, cause: unknown): Promise<number> {
    const { knownTurnId } = this;
    let latest = cause;
    for (let failed = failures; ; failed++) {
      const isHopeless = knownTurnId === undefined || !this.isNumbered;
      if (isHopeless || failed >= this.source.retries.attempts) throw brokenOff(latest);
      // A request that has failed has waited between its attempts.
      if (failed === failures) await delay(FAILURE_DELAY_MS * failed, this.abort.signal);
      try {
        this.response = await this.resume(knownTurnId);
        return failed;
      } catch (error) {
        const isLost = error instanceof ProblemError && error.slug === UNREACHABLE;
        if (!isLost) throw error;
        latest = error;
      }
    }
  }

  /** @throws ProblemError, also when the service does not answer for as long as a stream may be silent */
  private async resume(turnId: string): Promise<Response> {
    const request = new AbortController();
    const { signal } = this.abort;
    const stop = (): void => request.abort(reasonOf(signal));
    signal.addEventListener('abort', stop, { once: true });
    const answered = new AbortController();
    delay(this.source.retries.silenceMs, answered.signal).then(
      () => request.abort(new TypeError('network error: there is no answer')),
      () => undefined,
    );
    try {
      const resumed = this.source.resume(turnId, this.lastEventId ?? '0', request.signal);
      return await unlessAborted(resumed, request.signal);
    } catch (error) {
      if (signal.aborted || !request.signal.aborted) throw error;
      throw unreachable(error, false);
    } finally {
      answered.abort();
    }
  }
}

function brokenOff(cause: unknown): ProblemError {
  return unreachable(cause, true);
}

function turnIdIn(event: TurnEvent): string | undefined {
  return event.type === 'start' ? event.messageMetadata?.turnId : undefined;
}
