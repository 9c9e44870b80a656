import { MAX_STATE_BYTES, type JsonValue } from '../domain/working-state.js';
import { StateTooLargeError } from '../domain/conversation.errors.js';

/**
 * Encodes a working state as the JSON that drivers store.
 * @throws StateTooLargeError over {@link MAX_STATE_BYTES}
 */
export function encodeState(value: JsonValue): string {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > MAX_STATE_BYTES) throw new StateTooLargeError(MAX_STATE_BYTES);
  return json;
}
