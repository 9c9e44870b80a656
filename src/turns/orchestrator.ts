import type { Conversation, ConversationStatus } from '../domain/conversation.js';
import type { Part } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { JsonValue, WorkingState } from '../domain/working-state.js';
import type { TurnMessage } from './turn-message.js';
import type { UIMessageChunk } from './ui-message-chunk.js';

/** The token of the one {@link Orchestrator} of the application. `OrchestratorModule` binds it. */
export const ORCHESTRATOR = Symbol('ORCHESTRATOR');

/** Answers the users: with a language model, a bot or a workflow. */
export interface Orchestrator {
  /**
   * Answers one turn. The service streams each output as it comes. The text, the parts and the chunks
   * become one assistant message, which the service stores when the iterable ends. The turn fails, and
   * the service stores nothing of the answer, when this method throws, yields an `error` chunk or
   * something that is not a {@link TurnOutput}, or takes longer than TURN_TIMEOUT_MS.
   */
  answer(turn: TurnContext): AsyncIterable<TurnOutput>;
}

/** What an orchestrator is given for one turn. */
export interface TurnContext {
  readonly turnId: string;
  readonly owner: Owner;
  /** As it was when the turn began. */
  readonly conversation: Conversation;
  /** The last messages before that one on its branch, in order: `historyLimit` at most, and no more than fit into a page. */
  readonly history: TurnMessage[];
  /** The message that is answered; the last one of the user in the history if the turn goes on with a message. */
  readonly userMessage: TurnMessage;
  /**
   * The message of the assistant that the turn goes on with: its client has added results of tools or approvals. What
   * the orchestrator yields comes behind its parts. Absent in any other turn.
   */
  readonly continued?: TurnMessage;
  /** What a model is to be given, in order: the history, then the message that is answered or goes on. */
  readonly messages: TurnMessage[];
  /** As the turns before left it. */
  readonly state: WorkingState;
  /** Aborts when the turn is cancelled, runs out of time, or loses its lease. */
  readonly signal: AbortSignal;
}

/** What an orchestrator yields. Outputs of all kinds may follow each other. */
export type TurnOutput =
  /** A piece of text, the same as a {@link TextDelta}. */
  | string
  | TextDelta
  /**
   * A chunk of the AI SDK's UI message stream, so that `yield* result.toUIMessageStream()` is a whole
   * answer. The service begins and ends the stream itself: a `start` adds its metadata, a `finish` says
   * what the last chunk of the turn says and ends nothing, an `abort` ends the turn as a cancel does.
   */
  | UIMessageChunk
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
