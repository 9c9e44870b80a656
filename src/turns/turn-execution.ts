import { Logger } from '@nestjs/common';
import { newId } from '../domain/new-id.js';
import { TurnFailedError } from '../domain/turn.errors.js';
import type { TurnEnding } from '../domain/turn.js';
import { turnFacts } from '../observation/facts.js';
import { turnOperations } from '../observation/operations.js';
import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { errorChunk, type Chunk } from './chunk.js';
import { DEFAULT_HISTORY_LIMIT, type OrchestratorOptions } from './orchestrator.options.js';
import { runForTurn } from './orchestrator-context.js';
import { OutputHandler } from './output-handler.js';
import { readOutputs } from './read-outputs.js';
import { ReplyBuilder } from './reply-builder.js';
import type { BegunTurn } from './begun-turn.js';
import type { LiveTurn } from './live-turn.js';
import { readContext } from './turn-context.js';
import { TurnLease, type LeaseOptions } from './turn-lease.js';
import { TurnState } from './turn-state.js';

/** Why the turn ends before its orchestrator does. */
type StopReason = 'cancelled' | 'timed-out' | 'lost';

/** Runs one turn in this process: from its beginning, through the orchestrator, to its end. */
export class TurnExecution {
  private readonly logger = new Logger('Turns');
  private readonly abort = new AbortController();
  private readonly reply: ReplyBuilder;
  private readonly lease: TurnLease;
  private outputs: OutputHandler | undefined;
  private stopReason: StopReason | undefined;
  private hasSaidSomething = false;

  /** Without an `orchestrator`, the turn ends at once and has no reply. */
  constructor(
    private readonly store: ConversationStore,
    private readonly begun: BegunTurn,
    private readonly orchestrator: OrchestratorOptions | undefined,
    private readonly options: LeaseOptions,
  ) {
    const { id: turnId, userSeq } = begun.turn;
    const continued = begun.isContinuation ? begun.message : undefined;
    this.reply = new ReplyBuilder(continued?.id ?? newId(), { turnId, userSeq }, continued);
    this.lease = new TurnLease(store, begun.ref, begun.turn, options, {
      cancelRequested: () => this.stop('cancelled'),
      lost: (error) => {
        this.logger.warn(`${this.name} was lost.`, error);
        this.stop('lost');
      },
    });
  }

  /** What followers in this process see of the turn. */
  get live(): LiveTurn {
    return this.lease.live;
  }

  /** Runs the turn to its end. Never rejects: the result is undefined when the turn was lost. */
  async start(): Promise<TurnOutcome | undefined> {
    turnFacts.publish({ kind: 'begun' });
    const outcome = await this.observedRun();
    const status = outcome?.turn.status ?? 'lost';
    const events = this.lease.eventCount;
    turnFacts.publish({ kind: 'ended', status, tookMs: this.ageMs, events });
    return outcome;
  }

  /** Ends the turn with what its orchestrator has said so far. */
  cancel(): void {
    this.stop('cancelled');
  }

  /** Learns at once, and not at the next renewal, whether another process has cancelled the turn. */
  pollCancellation(): void {
    this.lease.renewNow();
  }

  private observedRun(): Promise<TurnOutcome | undefined> {
    if (!turnOperations.isObserved) return this.run();
    const { ref, isContinuation, message } = this.begun;
    const { conversationId, turnId } = ref;
    return turnOperations.run({ conversationId, turnId, isContinuation, message }, () =>
      this.run(),
    );
  }

  private async run(): Promise<TurnOutcome | undefined> {
    this.lease.start(this.begun.calledAt);
    const timer = setTimeout(() => this.stop('timed-out'), this.options.timeoutMs);
    try {
      return await this.conclude(await this.answer().then(() => undefined, describe));
    } catch (error) {
      this.logger.error(`The store did not accept the end of ${this.name}.`, describe(error));
      return undefined;
    } finally {
      clearTimeout(timer);
      this.live.leave();
    }
  }

  /** Milliseconds since it was called for. */
  private get ageMs(): number {
    return performance.now() - this.begun.calledAt;
  }

  private get name(): string {
    const { turnId, conversationId } = this.begun.ref;
    return `Turn ${turnId} of conversation ${conversationId}`;
  }

  private stop(reason: StopReason): void {
    this.stopReason ??= reason;
    // An orchestrator may listen to the signal.
    this.enter(() => this.abort.abort());
  }

  /** Ends when the orchestrator has said everything, or when the turn is stopped. */
  private async answer(): Promise<void> {
    if (!this.orchestrator) return;
    const { orchestrator, historyLimit = DEFAULT_HISTORY_LIMIT } = this.orchestrator;
    const { signal } = this.abort;
    this.lease.publish([this.reply.start()]);
    const context = await readContext(this.store, this.begun, historyLimit);
    if (signal.aborted) return;
    const state = new TurnState(this.store, this.begun.ref, context.state);
    const publish = (chunks: readonly Chunk[]): void => {
      if (!this.hasSaidSomething) {
        this.hasSaidSomething = true;
        turnFacts.publish({ kind: 'first-event', afterMs: this.ageMs });
      }
      this.lease.publish(chunks);
    };
    this.outputs = new OutputHandler(this.reply, state, publish, () => this.cancel());
    const answer = this.enter(() => orchestrator.answer({ ...context, signal }));
    for await (const output of readOutputs(answer, signal, this.enter)) {
      await this.outputs.handle(output);
      if (this.lease.isFull) await this.lease.waitForRoom(signal);
    }
  }

  /** Calls code of the orchestrator, so that a failure it leaves behind is known to be its own. */
  private readonly enter = <Result>(code: () => Result): Result => runForTurn(this.begun.ref, code);

  /** `failure` is why the orchestrator or a write of its turn failed. */
  private async conclude(failure: Failure | undefined): Promise<TurnOutcome | undefined> {
    const ends = this.reply.close();
    const { idempotency } = this.begun;
    switch (this.stopReason) {
      case 'lost':
        await this.lease.stop();
        return undefined;
      case 'cancelled': {
        const last = [...ends, ...this.reply.cancel()];
        return this.endOrFail(last, { end: 'cancelled', ...this.replies, idempotency });
      }
      case 'timed-out':
        return this.fail(`it took longer than ${this.options.timeoutMs} ms`);
      case undefined: {
        if (failure !== undefined) return this.fail(failure);
        const last = [...ends, this.reply.finish()];
        const conversationStatus = this.outputs?.conversationStatus;
        const { replies } = this;
        const ending = { end: 'completed', ...replies, conversationStatus, idempotency } as const;
        return this.endOrFail(last, ending);
      }
    }
  }

  /** What is stored of the answer. A message that goes on is stored as a whole. */
  private get replies(): Pick<TurnEnding, 'replies' | 'continuation'> {
    if (!this.begun.isContinuation) return { replies: this.reply.toMessages() };
    if (!this.orchestrator) return { replies: [] };
    const [continuation] = this.reply.toMessages();
    // Behind other messages, it is a message of its own.
    const replies = this.reply.toNewMessages().map((reply) => ({ ...reply, id: newId() }));
    return { replies, continuation };
  }

  /** A refused end, for lack of room say, must not hold the conversation until the lease runs out. */
  private async endOrFail(...ending: Parameters<TurnLease['end']>): Promise<TurnOutcome> {
    try {
      return await this.lease.end(...ending);
    } catch (error) {
      return this.fail(describe(error));
    }
  }

  private fail(reason: Failure): Promise<TurnOutcome> {
    if (reason instanceof Error) this.logger.error(`${this.name} has failed.`, reason);
    else this.logger.error(`${this.name} has failed: ${reason}.`);
    const { idempotency } = this.begun;
    const ending = { end: 'failed', replies: [], idempotency } as const;
    return this.lease.end([errorChunk(new TurnFailedError())], ending);
  }
}

/** An error, or a sentence for the log. */
type Failure = Error | string;

function describe(thrown: unknown): Failure {
  return thrown instanceof Error ? thrown : 'the thrown value is not an Error';
}
