import type { MessageMetadata } from '../domain/message.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemView } from '../problems/problem.view.js';

/** An event of a turn: a chunk of the AI SDK's UI message stream (v1). */
export interface Chunk {
  readonly type: string;
  readonly [property: string]: unknown;
}

export const FINISH: Chunk = { type: 'finish' };
export const ABORT: Chunk = { type: 'abort' };

/** The message to come, and the turn that it is of. */
export function startChunk(
  messageId: string,
  messageMetadata: { readonly turnId: string; readonly userSeq: number },
): Chunk {
  return { type: 'start', messageId, messageMetadata };
}

/** What a message is stored with: a client that streams it knows what one that reads it later does. */
export function metadataChunk(messageMetadata: MessageMetadata): Chunk {
  return { type: 'message-metadata', messageMetadata };
}

/** A stream that ends with a problem. The AI SDK reads the text of it. */
export function errorChunk(error: Error): Chunk {
  const problem = toProblemView(toProblem(error));
  return { type: 'error', errorText: problem.title, problem };
}

/** Whether this, a chunk as JSON, is the last one of a turn. */
export function isLast(data: string): boolean {
  return /^\{"type":"(finish|abort|error)"/.test(data);
}
