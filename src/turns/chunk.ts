import type { MessageMetadata } from '../domain/message.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemView } from '../problems/problem.view.js';

/** An event of a turn: a chunk of the AI SDK's UI message stream (v1). */
export interface Chunk {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What every reply says of its turn: how to cancel it, and which message it answers. */
export interface TurnMetadata {
  readonly turnId: string;
  /** The seq of the message that the turn answers. */
  readonly userSeq: number;
}

export const FINISH: Chunk = { type: 'finish' };
export const ABORT: Chunk = { type: 'abort' };

/** Announces the assistant message, its turn, and the message that it answers. */
export function startChunk(messageId: string, messageMetadata: MessageMetadata): Chunk {
  return { type: 'start', messageId, messageMetadata };
}

/** Adds to the metadata of the message. */
export function metadataChunk(messageMetadata: MessageMetadata): Chunk {
  return { type: 'message-metadata', messageMetadata };
}

/** Ends a stream with a problem. The AI SDK shows its `errorText`. */
export function errorChunk(error: Error): Chunk {
  const problem = toProblemView(toProblem(error));
  return { type: 'error', errorText: problem.title, problem };
}

/** Whether a chunk, given as JSON, is the last one of its turn. */
export function isLast(data: string): boolean {
  return /^\{"type":"(finish|abort|error)"/.test(data);
}
