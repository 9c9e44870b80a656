import { setTimeout as delay } from 'node:timers/promises';
import { setMaxListeners } from 'node:events';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { BoundedShares } from '../bounds/bounded-shares.js';
import { ownerKey } from '../domain/owner-key.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import type { TurnOutcome } from '../store/turn-store.js';
import type { TurnRef } from '../domain/turn.js';
import { ORCHESTRATOR_OPTIONS, type OrchestratorOptions } from './orchestrator.options.js';
import type { BegunTurn } from './begun-turn.js';
import { DELIVERIES_PER_SECOND, DeliveryPace } from './delivery-pace.js';
import type { LiveTurn } from './live-turn.js';
import { TurnExecution } from './turn-execution.js';
import { TurnIndex, type IndexedTurn } from './turn-index.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

/** The longest time that turns may take to end when the process stops. */
const STOP_MS = 5_000;

interface RunningTurn extends IndexedTurn {
  readonly execution: TurnExecution;
  readonly ended: Promise<unknown>;
}

/** The turns that run in this process. */
@Injectable()
export class RunningTurns {
  /** Each running turn holds one. */
  readonly slots: BoundedShares;
  private readonly turns = new TurnIndex<RunningTurn>();
  private readonly stopping = new AbortController();
  private readonly deliveryPace = new DeliveryPace(DELIVERIES_PER_SECOND.ofProcess);

  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
    @Optional() @Inject(ORCHESTRATOR_OPTIONS) private readonly orchestrator?: OrchestratorOptions,
  ) {
    // All that poll in this process listen to it.
    setMaxListeners(0, this.stopping.signal);
    this.slots = new BoundedShares('running-turns', options.maxRunning, options.ownerShare);
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Aborts when the process stops. */
  get stopSignal(): AbortSignal {
    return this.stopping.signal;
  }

  /** What followers in this process see of a turn that runs here. Undefined for a stranger: only the store knows. */
  live({ owner, conversationId, turnId }: TurnRef): LiveTurn | undefined {
    const live = this.turns.get(turnId)?.execution.live;
    const isTheirs = live?.ref.conversationId === conversationId;
    return isTheirs && ownerKey(live.ref.owner) === ownerKey(owner) ? live : undefined;
  }

  has(turnId: string): boolean {
    return this.turns.get(turnId) !== undefined;
  }

  /** Whether a turn of this conversation runs here. */
  runsIn(conversationId: string): boolean {
    return this.turns.in(conversationId).length > 0;
  }

  /** True when this process stops and another process runs the turn: nobody here will see its end. */
  mustStopWaitingFor(turnId: string): boolean {
    return this.isStopping && !this.has(turnId);
  }

  /**
   * Runs a turn to its end, also when no client follows it. Never rejects: the result is undefined when
   * the turn was lost.
   */
  start(begun: BegunTurn): Promise<TurnOutcome | undefined> {
    const { turnId, conversationId } = begun.ref;
    const { store, orchestrator, deliveryPace } = this;
    const options = { ...this.options, runningTurns: () => this.turns.size, deliveryPace };
    const execution = new TurnExecution(store, begun, orchestrator, options);
    const ended = execution.start().finally(() => {
      this.turns.delete(begun.ref);
      begun.releaseSlot();
    });
    this.turns.add({ turnId, conversationId, execution, ended });
    // The turn began in the store while this process was already stopping.
    if (this.isStopping) execution.cancel();
    return ended;
  }

  /**
   * Asks a turn to end with what it has said so far. A process that runs it elsewhere learns this from
   * the store.
   * @throws ConversationNotFoundError, TurnNotFoundError
   */
  async cancel(ref: TurnRef): Promise<void> {
    await this.store.cancelTurn(ref);
    this.turns.get(ref.turnId)?.execution.cancel();
  }

  /** If the turn of this conversation runs here, it learns at once whether it is to be cancelled. */
  pollCancellation(conversationId: string): void {
    for (const { execution } of this.turns.in(conversationId)) execution.pollCancellation();
  }

  /** Ends the turns with what they have said so far, and makes all who wait in this process leave. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const turns = this.turns.all();
    for (const { execution } of turns) execution.cancel();
    const ended = Promise.all(turns.map((turn) => turn.ended));
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })]);
  }
}
