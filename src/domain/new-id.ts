import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** The random bytes that an id needs, and the number of ids that bytes are fetched for at once. */
const BYTES = 16;
const IDS = 256;

const pool = Buffer.alloc(IDS * BYTES);
let used = pool.length;
/** The millisecond of the last id, and its number within that millisecond. */
let msecs = 0;
let seq = 0;

/**
 * Makes a UUIDv7 that is higher than all ids that this process made before. The library could do this
 * alone, but it would fetch random bytes for each id, which takes as long as the rest.
 */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += BYTES));
  const now = Date.now();
  // A new millisecond starts in the lowest quarter of the sequence: there is room to count up.
  if (now > msecs) [msecs, seq] = [now, random.readUInt32BE(6) >>> 2];
  else seq++;
  return uuidv7({ random, msecs, seq });
}
