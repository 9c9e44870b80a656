import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Far more than any text that a store is given. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

/** Base64 makes it larger by a third, and its reader has to inflate it. */
const WORTHWHILE = 2 / 3;

/** Undefined when the text would hardly become smaller. */
export function deflate(text: string): Buffer | undefined {
  const deflated = deflateRawSync(text);
  return deflated.length <= WORTHWHILE * Buffer.byteLength(text) ? deflated : undefined;
}

export function inflate(deflated: Uint8Array): string {
  return inflateRawSync(deflated, { maxOutputLength: MAX_INFLATED_BYTES }).toString();
}
