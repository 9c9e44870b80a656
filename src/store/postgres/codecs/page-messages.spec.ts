import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../../domain/message.js';
import { Sealing, NO_SEALING } from '../../sealing/sealing.js';
import { encodeBodies } from './message-bodies.js';
import { decodePage, storedPageBytes } from './page-messages.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const KEY = { id: 'k1', secret: Buffer.alloc(32, 1) };
const ENCRYPTING = new Sealing({ sealingKey: KEY });
const COMPRESSING = new Sealing({ compressAbove: 100 });
/** Its body has 2,022 bytes. */
const TEXT = 'x'.repeat(2_000);

function bodiesOf(sealing: Sealing, count: number): string[] {
  const parts = [{ type: 'text', text: TEXT }];
  const drafts = Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    role: 'user' as const,
    parts,
  }));
  return encodeBodies(drafts, new Date(0), sealing.of(OWNER, 'C'));
}

function seqsOf(
  elements: readonly string[],
  pageBytes: number,
  { isBackwards = false, sealing = NO_SEALING } = {},
): number[] {
  const page = { conversationId: 'C', elements, seqAt: (i: number) => i + 1, isBackwards };
  const messages: Message[] = decodePage(OWNER, page, pageBytes, sealing);
  return messages.map(({ seq }) => seq);
}

describe('a page of messages', () => {
  it('has what was read for it, when nothing is sealed', () => {
    expect(seqsOf(bodiesOf(NO_SEALING, 4), 1)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['compressed', COMPRESSING, COMPRESSING],
    // Compression has been switched off since.
    ['compressed before', COMPRESSING, NO_SEALING],
    ['encrypted', ENCRYPTING, ENCRYPTING],
    ['plain, among what is encrypted', NO_SEALING, ENCRYPTING],
  ])('has as many messages as fit when they are opened: %s', (_, writing, sealing) => {
    const bodies = bodiesOf(writing, 6);
    expect(seqsOf(bodies, 6_500, { sealing })).toEqual([1, 2, 3]);
    expect(seqsOf(bodies, 6_500, { sealing, isBackwards: true })).toEqual([4, 5, 6]);
    expect(seqsOf(bodies, 1, { sealing })).toEqual([1]);
    expect(seqsOf(bodies, 1, { sealing, isBackwards: true })).toEqual([6]);
  });

  it('opens no message behind the first one that does not fit', () => {
    const bodies = [...bodiesOf(COMPRESSING, 2), 'damaged', ...bodiesOf(COMPRESSING, 2)];
    expect(seqsOf(bodies, 3_000)).toEqual([1]);
    expect(seqsOf(bodies, 3_000, { isBackwards: true })).toEqual([5]);
  });

  it('is read with more bytes where these may be encrypted, so that it is full', () => {
    expect(storedPageBytes(1_000, COMPRESSING)).toBe(1_000);
    const bytes = bodiesOf(ENCRYPTING, 1).map((body) => Buffer.byteLength(body));
    expect(bytes[0]).toBeLessThan(storedPageBytes(2_022, ENCRYPTING));
  });
});
