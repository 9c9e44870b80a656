import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { ConversationTurns } from '../../domain/conversation-turns.js';
import type { Conversation } from '../../domain/conversation.js';
import type { EventBatch } from '../codecs/event-batch.codec.js';

/*
 * What things take in memory besides the characters of their texts, in bytes: objects, headers of
 * strings, entries of maps and arrays. Measured with Node 20 as the growth of the heap by 10,000 of each
 * (process.memoryUsage after a collection), and rounded up.
 */
const CONVERSATION = 1_408;
const LABEL = 64;
const MESSAGE = 112;
const EVENT_BATCH = 112;
const TURN = 448;
const QUEUED_TURN = 128;
const RECORD = 448;
const TURN_IN_RECORD = 192;
/** An owner, and a tenant with no other owner. */
export const OWNER = 1_024;

/** The bytes of the characters. V8 stores a string with any character above U+00FF in two bytes each. */
export function bytesOfText(text: string): number {
  // A text of other characters than ASCII counts double, although Latin-1 would take a byte each.
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;
}

/** A conversation without its messages, its working state and its turns. */
export function bytesOfConversation(conversation: Conversation): number {
  const { id, tenantId, userId, title = '', externalId = '', metadata } = conversation;
  let bytes = CONVERSATION;
  for (const text of [id, tenantId, userId, title, externalId]) bytes += bytesOfText(text);
  for (const [name, value] of Object.entries(metadata)) {
    bytes += LABEL + bytesOfText(name) + bytesOfText(value);
  }
  return bytes;
}

/** @param json the message as it is stored */
export function bytesOfMessage(json: string): number {
  return MESSAGE + bytesOfText(json);
}

/** The events of a turn that were added at once. */
export function bytesOfBatch({ data }: EventBatch): number {
  return EVENT_BATCH + bytesOfText(data);
}

/** The turns of a conversation without their events. */
export function bytesOfTurns({ latest, previous, queue }: ConversationTurns): number {
  let bytes = 0;
  if (latest) bytes += TURN + bytesOfText(latest.id);
  if (previous) bytes += TURN + bytesOfText(previous.id);
  for (const { id } of queue) bytes += QUEUED_TURN + bytesOfText(id);
  return bytes;
}

/** The idempotency record of a write to the conversation, or of a turn in it. */
export function bytesOfRecord(
  { key, requestHash }: IdempotencyClaim,
  conversationId: string,
  turnId?: string,
): number {
  const texts = bytesOfText(key) + bytesOfText(requestHash) + bytesOfText(conversationId);
  return RECORD + texts + (turnId === undefined ? 0 : TURN_IN_RECORD + bytesOfText(turnId));
}
