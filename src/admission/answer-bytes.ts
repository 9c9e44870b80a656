import type { Readable } from 'node:stream';

/** Bytes of an answer that is worth counting. Most are smaller, and gone when they have been written. */
const COUNTED_FROM = 16 * 1024;

/** The bytes of an answer, 0 of a stream; undefined when the answer is not worth counting. */
export function bytesToCount(payload: unknown): number | undefined {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    return payload.length < COUNTED_FROM ? undefined : payload.length;
  }
  return isStream(payload) ? 0 : undefined;
}

function isStream(payload: unknown): payload is Readable {
  return typeof (payload as Readable | null | undefined)?.pipe === 'function';
}
