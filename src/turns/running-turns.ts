import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { ORCHESTRATOR, type Orchestrator } from './orchestrator.js';
import { TurnNotifier } from './turn-notifier.js';
import { readContext, type BegunTurn } from './turn-context.js';
import { TurnExecution } from './turn-execution.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import {
  DEFAULT_HISTORY_LIMIT,
  ORCHESTRATOR_OPTIONS,
  type OrchestratorOptions,
  type TurnOptions,
} from './turns.options.js';

/** Milliseconds that turns have to end when the process stops. */
const STOP_MS = 5_000;

/** The turns that run in this process. */
@Injectable()
export class RunningTurns {
  private readonly runs = new Map<string, TurnExecution>();
  private stopping = false;

  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly bells: TurnNotifier,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
    @Optional() @Inject(ORCHESTRATOR) private readonly orchestrator?: Orchestrator,
    @Optional()
    @Inject(ORCHESTRATOR_OPTIONS)
    private readonly wishes: OrchestratorOptions = { historyLimit: DEFAULT_HISTORY_LIMIT },
  ) {}

  get isStopping(): boolean {
    return this.stopping;
  }

  has(turnId: string): boolean {
    return this.runs.has(turnId);
  }

  /** Runs a turn that has begun, whoever follows it and for however long. */
  start(begun: BegunTurn): TurnExecution {
    const { turn, owner, idempotency } = begun;
    const { id: turnId, conversationId } = turn;
    const run = new TurnExecution(
      this.store,
      { owner, conversationId, turnId, idempotency },
      {
        orchestrator: this.orchestrator,
        context: () => readContext(this.store, begun, this.wishes),
        userSeq: turn.userSeq,
      },
      this.options,
      () => this.bells.ring(conversationId),
    );
    this.runs.set(turnId, run);
    void run.ended.then(() => {
      this.runs.delete(turnId);
      this.bells.ring(conversationId);
    });
    // One that began while the process was stopping.
    if (this.stopping) run.cancel();
    return run;
  }

  /** Cancels a turn if it runs here; elsewhere, its process will see it in the store. */
  cancel(turnId: string): void {
    this.runs.get(turnId)?.cancel();
  }

  /** Lets the turn of a conversation, if it runs here, see at once that it is to end. */
  look(conversationId: string): void {
    for (const run of this.runs.values()) {
      if (run.turn.conversationId === conversationId) run.look();
    }
  }

  /** On the way down: what has been said so far is stored, and everybody who waits here goes. */
  async stop(): Promise<void> {
    this.stopping = true;
    const runs = [...this.runs.values()];
    for (const run of runs) run.cancel();
    this.bells.ringAll();
    const ended = Promise.all(runs.map((run) => run.ended));
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })]);
  }
}
