import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import { OverloadedError } from '../http/request.errors.js';
import { ExportSlots } from './export-slots.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };

describe('the slots of exports', () => {
  const lines = async (): Promise<Readable> => Readable.from(['a', 'b']);

  it('refuse an export before it reads anything', async () => {
    const slots = new ExportSlots({ maxExports: 1, ownerShare: 1 });
    await slots.open(OWNER, lines);
    let hasRead = false;
    const second = slots.open(OWNER, () => {
      hasRead = true;
      return lines();
    });
    await expect(second).rejects.toThrow(new OverloadedError('exports'));
    expect(hasRead).toBe(false);
  });

  it('are free again when the export ends, breaks off, fails or cannot begin', async () => {
    const slots = new ExportSlots({ maxExports: 4, ownerShare: 1 });
    const [whole, left, failed] = (await Promise.all(
      Array.from({ length: 3 }, () => slots.open(OWNER, lines)),
    )) as [Readable, Readable, Readable];
    expect(slots.count).toBe(3);
    const closed = [whole, left, failed].map(
      (stream) => new Promise((resolve) => stream.once('close', resolve)),
    );
    whole.resume();
    left.destroy();
    failed.on('error', () => undefined).destroy(new Error('x'));
    await Promise.all(closed);
    await expect(slots.open(OWNER, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(slots.count).toBe(0);
  });
});
