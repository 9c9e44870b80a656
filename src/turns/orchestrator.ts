import type { Conversation, ConversationStatus } from '../domain/conversation.js';
import type { Message, Part } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { JsonValue, WorkingState } from '../domain/working-state.js';

/** The token of the one {@link Orchestrator} of the application. `OrchestratorModule` binds it. */
export const ORCHESTRATOR = Symbol('ORCHESTRATOR');

/** Answers the users: with a language model, a bot or a workflow. */
export interface Orchestrator {
  /**
   * Answers one turn. The service streams each output as it comes. The text and the parts become one
   * assistant message, which the service stores when the iterable ends. The turn fails, and the
   * service stores nothing of the answer, when this method throws, yields something that is not a
   * {@link TurnOutput}, or takes longer than TURN_TIMEOUT_MS.
   */
  answer(turn: TurnContext): AsyncIterable<TurnOutput>;
}

/** What an orchestrator is given for one turn. */
export interface TurnContext {
  readonly turnId: string;
  readonly owner: Owner;
  /** As it was when the turn began. */
  readonly conversation: Conversation;
  /** The last messages before the user's message, in order: `historyLimit` at most, and no more than fit into a page. */
  readonly history: readonly Message[];
  readonly userMessage: Message;
  /** As the turns before left it. */
  readonly state: WorkingState;
  /** Aborts when the turn is cancelled, runs out of time, or loses its lease. */
  readonly signal: AbortSignal;
}

/** What an orchestrator yields. */
export type TurnOutput =
  /** A piece of text, the same as a {@link TextDelta}. */
  | string
  | TextDelta
  /** A part of the answer, in the shape of an AI SDK `UIMessage` part. */
  | { readonly type: 'part'; readonly part: Part }
  /** The new working state. The service stores it at once, as a checkpoint. */
  | { readonly type: 'state'; readonly value: JsonValue }
  /** The status that the conversation gets when the turn completes. */
  | { readonly type: 'status'; readonly status: ConversationStatus };

/** A piece of text. Pieces that follow each other become one text part. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly text: string;
}
