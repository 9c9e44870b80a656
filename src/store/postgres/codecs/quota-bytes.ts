import type { Conversation } from '../../../domain/conversation.js';

/** About what a row takes besides its texts. */
const CONVERSATION = 256;
const MESSAGE = 64;
/** Of an idempotency record. */
export const RECORD_ROW_BYTES = 64;

/** A conversation without its messages and its working state. */
export function bytesOfConversation({
  title = '',
  externalId = '',
  metadata,
}: Pick<Conversation, 'title' | 'externalId' | 'metadata'>): number {
  return CONVERSATION + Buffer.byteLength(title + externalId + JSON.stringify(metadata));
}

export function bytesOfBodies(bodies: readonly string[]): number {
  let bytes = 0;
  for (const body of bodies) bytes += MESSAGE + Buffer.byteLength(body);
  return bytes;
}

/** `BYTES_OF_RECORD` is the same in SQL. */
export function bytesOfRecord(key: string, record: string): number {
  return RECORD_ROW_BYTES + Buffer.byteLength(key) + Buffer.byteLength(record);
}
