import { setImmediate as nextTick, setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { newId } from '../domain/new-id.js';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../domain/conversation.js';
import { TurnFailedError } from '../domain/turn.errors.js';
import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { ABORT, errorChunk, FINISH, metadataChunk, startChunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import type { Orchestrator, TurnContext } from './orchestrator.js';
import { TurnLease, type HeldTurn, type LeaseOptions } from './turn-lease.js';
import { ReplyBuilder } from './reply-builder.js';
import { TurnState } from './turn-state.js';

/** The orchestrator of a run, and what it is given to see. */
export interface RunSubject {
  /** Without one, nothing is answered. */
  readonly orchestrator: Orchestrator | undefined;
  readonly context: () => Promise<Omit<TurnContext, 'signal'>>;
  readonly userSeq: number;
}

/** Why a run was ended from outside. */
type Stop = 'cancelled' | 'timed-out' | 'lost';

/** What marks a partial reply. */
const CANCELLED = { cancelled: true };
/** Milliseconds in which an orchestrator that was told to stop can clean up. */
const GRACE_MS = 250;
/** Outputs after which everybody else in the process has a turn. */
const OUTPUTS_AT_A_TIME = 64;

/** One turn on its way through the orchestrator, in this process. */
export class TurnExecution {
  /** How it ended; undefined when it was lost. Never rejects. */
  readonly ended: Promise<TurnOutcome | undefined>;
  private readonly logger = new Logger('Turns');
  private readonly abort = new AbortController();
  private readonly lease: TurnLease;
  private readonly reply: ReplyBuilder;
  private readonly messageId = newId();
  private stopped: Stop | undefined;
  private wake: (() => void) | undefined;
  private state: TurnState | undefined;
  private status: ConversationStatus | undefined;

  constructor(
    private readonly store: ConversationStore,
    readonly turn: HeldTurn,
    private readonly subject: RunSubject,
    options: LeaseOptions,
    onSent: () => void,
  ) {
    this.reply = new ReplyBuilder(this.messageId);
    this.lease = new TurnLease(store, turn, options, {
      sent: onSent,
      cancelRequested: () => this.stop('cancelled'),
      lost: (error) => {
        this.logger.warn(`${this.name} was lost: ${String(error)}`);
        this.stop('lost');
      },
    });
    const outOfTime = setTimeout(() => this.stop('timed-out'), options.timeoutMs);
    this.ended = this.run()
      .finally(() => clearTimeout(outOfTime))
      .finally(onSent);
  }

  cancel(): void {
    this.stop('cancelled');
  }

  /** Learns now whether somebody else has cancelled it. */
  look(): void {
    this.lease.renew();
  }

  private get name(): string {
    return `Turn ${this.turn.turnId} of conversation ${this.turn.conversationId}`;
  }

  private stop(reason: Stop): void {
    this.stopped ??= reason;
    this.abort.abort();
    this.wake?.();
  }

  private async run(): Promise<TurnOutcome | undefined> {
    let failure: unknown;
    try {
      if (this.subject.orchestrator) await this.answer(this.subject.orchestrator);
    } catch (error) {
      failure = error;
    }
    try {
      return await this.conclude(failure);
    } catch (error) {
      this.logger.error(`${this.name} cannot be ended.`, describe(error));
      return undefined;
    }
  }

  private async conclude(failure: unknown): Promise<TurnOutcome | undefined> {
    const end = this.reply.close();
    if (this.stopped === 'lost') {
      await this.lease.release();
      return undefined;
    }
    if (this.stopped === 'cancelled') {
      const replies = this.reply.toMessages(CANCELLED);
      const mark = replies.map(() => metadataChunk(CANCELLED));
      return this.endOrFail([...end, ...mark, ABORT], { end: 'cancelled', replies });
    }
    if (this.stopped === 'timed-out') return this.fail('It took too long.');
    if (failure !== undefined) return this.fail(describe(failure));
    const replies = this.reply.toMessages();
    const ending = { end: 'completed', replies, conversationStatus: this.status } as const;
    return this.endOrFail([...end, FINISH], ending);
  }

  /** An answer that there is no room for, say, must not hold the conversation until the lease ends. */
  private async endOrFail(...ending: Parameters<TurnLease['end']>): Promise<TurnOutcome> {
    try {
      return await this.lease.end(...ending);
    } catch (error) {
      return this.fail(describe(error));
    }
  }

  private fail(reason: string): Promise<TurnOutcome> {
    this.logger.error(`${this.name} has failed.`, reason);
    return this.lease.end([errorChunk(new TurnFailedError())], { end: 'failed', replies: [] });
  }

  /** Until the orchestrator has said everything, or has been stopped. */
  private async answer(orchestrator: Orchestrator): Promise<void> {
    const { turnId } = this.turn;
    this.lease.tell([startChunk(this.messageId, { turnId, userSeq: this.subject.userSeq })]);
    const context = await this.subject.context();
    this.state = new TurnState(this.store, this.turn, context.state);
    if (this.stopped) return;
    const answer = orchestrator.answer({ ...context, signal: this.abort.signal });
    const iterator = toIterator(answer);
    try {
      for (let outputs = 1; ; outputs++) {
        const next = await this.next(iterator);
        if (!next || next.done === true) return;
        await this.take(next.value);
        if (outputs % OUTPUTS_AT_A_TIME === 0) await nextTick();
      }
    } finally {
      await close(iterator);
    }
  }

  /** Undefined once the run is stopped, whatever the orchestrator does. */
  private next(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown> | undefined> {
    return new Promise((resolve, reject) => {
      this.wake = () => resolve(undefined);
      if (this.stopped) this.wake();
      else iterator.next().then(resolve, reject);
    });
  }

  /** @throws InvalidOutputError, and what `putState` throws */
  private async take(output: unknown): Promise<void> {
    if (typeof output === 'string') {
      this.lease.tell(this.reply.addText(output));
      return;
    }
    const { type, text, part, value, status } = (output ?? {}) as Record<string, unknown>;
    switch (type) {
      case 'text-delta':
        if (typeof text !== 'string') throw new InvalidOutputError('A delta has no text.');
        this.lease.tell(this.reply.addText(text));
        return;
      case 'part':
        this.lease.tell(this.reply.addPart(part));
        return;
      case 'state':
        await this.state?.put(value);
        return;
      case 'status':
        this.status = CONVERSATION_STATUSES.find((known) => known === status);
        if (!this.status) throw new InvalidOutputError('There is no such status.');
        return;
      default:
        throw new InvalidOutputError('It is no text, part, state or status.');
    }
  }
}

function toIterator(answer: unknown): AsyncIterator<unknown> {
  const iterable = answer as Partial<AsyncIterable<unknown>> | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] === 'function') {
    return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  }
  throw new InvalidOutputError('The orchestrator did not return an async iterable.');
}

/** Lets the orchestrator clean up, and does not wait for one that hangs. */
async function close(iterator: AsyncIterator<unknown>): Promise<void> {
  const closed = (async () => iterator.return?.())().catch(() => undefined);
  await Promise.race([closed, delay(GRACE_MS, undefined, { ref: false })]);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'It threw what is no error.';
}
