import type { Conversation, ConversationStatus } from '../domain/conversation.js';
import type { Message, Part } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { JsonValue, WorkingState } from '../domain/working-state.js';

/** The one {@link Orchestrator} of the application; `TurnsModule.forRoot` binds it. */
export const ORCHESTRATOR = Symbol('ORCHESTRATOR');

/** What answers users: a language model, a bot, a workflow. */
export interface Orchestrator {
  /**
   * Answers one turn. What it yields is streamed as it comes; its text and parts are one assistant
   * message, stored when it returns. When it throws, yields what is no {@link TurnOutput}, or takes
   * longer than TURN_TIMEOUT_MS, the turn has failed, and nothing of its answer is kept.
   */
  answer(turn: TurnContext): AsyncIterable<TurnOutput>;
}

/** What an orchestrator is given for one turn. */
export interface TurnContext {
  readonly turnId: string;
  readonly owner: Owner;
  /** As it was when the turn began. */
  readonly conversation: Conversation;
  /** The last messages before the user's, in order. */
  readonly history: readonly Message[];
  readonly userMessage: Message;
  /** As the turns before left it. */
  readonly state: WorkingState;
  /** Aborts when the turn is cancelled, out of time, or not this process' any more. */
  readonly signal: AbortSignal;
}

/** What an orchestrator yields. */
export type TurnOutput =
  /** A piece of text, as {@link TextDelta}. */
  | string
  | TextDelta
  /** A part of the answer in the shape of an AI SDK `UIMessage` part. */
  | { readonly type: 'part'; readonly part: Part }
  /** The working state from now on: stored at once, as a checkpoint. */
  | { readonly type: 'state'; readonly value: JsonValue }
  /** The status of the conversation once the turn has completed. */
  | { readonly type: 'status'; readonly status: ConversationStatus };

/** Pieces that follow each other are one text part. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly text: string;
}
