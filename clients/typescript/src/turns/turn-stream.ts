import { delay, reasonOf } from '../http/delay.js';
import { unreachable } from '../http/read-problem.js';
import type { RetryPolicy } from '../http/retry-policy.js';
import type { TurnEvent } from '../model.js';
import type { ProblemError } from '../problem-error.js';
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
      this.response = await this.reconnect(failures, cause);
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

  /** @throws ProblemError */
  private async reconnect(failures: number, cause: unknown): Promise<Response> {
    const { knownTurnId, lastEventId = '0' } = this;
    const isHopeless = knownTurnId === undefined || !this.isNumbered;
    if (isHopeless || failures >= this.source.retries.attempts) throw brokenOff(cause);
    if (failures > 0) await delay(FAILURE_DELAY_MS * failures, this.abort.signal);
    return this.source.resume(knownTurnId, lastEventId, this.abort.signal);
  }
}

function brokenOff(cause: unknown): ProblemError {
  return unreachable(cause, true);
}

function turnIdIn(event: TurnEvent): string | undefined {
  return event.type === 'start' ? event.messageMetadata?.turnId : undefined;
}
