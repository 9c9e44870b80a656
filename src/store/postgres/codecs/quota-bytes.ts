/** About what a row takes besides its texts. */
export const CONVERSATION_ROW_BYTES = 256;
const MESSAGE = 64;
export const RECORD_ROW_BYTES = 64;

/** The columns of a conversation that a client chooses, as they are stored. */
interface Fields {
  readonly title?: string | null;
  readonly externalId?: string | null;
  readonly metadata: string;
}

/** A conversation without its messages and its working state. `BYTES_OF_FIELDS` is the same in SQL. */
export function bytesOfFields({ title, externalId, metadata }: Fields): number {
  return CONVERSATION_ROW_BYTES + Buffer.byteLength((title ?? '') + (externalId ?? '') + metadata);
}

export function bytesOfBodies(bodies: readonly string[]): number {
  let bytes = 0;
  for (const body of bodies) bytes += Buffer.byteLength(body);
  return bytesOfMessages(bodies.length, bytes);
}

/** Messages whose bodies have so many bytes together. */
function bytesOfMessages(count: number, bodyBytes: number): number {
  return count * MESSAGE + bodyBytes;
}

/** `BYTES_OF_RECORD` is the same in SQL. */
export function bytesOfRecord(key: string, record: string): number {
  return RECORD_ROW_BYTES + Buffer.byteLength(key) + Buffer.byteLength(record);
}
