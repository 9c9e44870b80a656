import { describe, expect, it } from '@jest/globals';
import { Sealing } from '../../sealing/sealing.js';
import { encodeFields, encodeUpdate } from './conversation-fields.js';

const KEY = { id: 'k1', secret: Buffer.alloc(32, 1) };
const SEALING = new Sealing({ sealingKey: KEY }).of({ tenantId: 't', userId: 'u' }, 'C');
const BEFORE = { title: 'title', externalId: 'id', metadata: { a: 'b' } };

describe('the fields of a sealed conversation', () => {
  it('open again', () => {
    const { title, externalId, metadata } = encodeFields(SEALING, BEFORE);
    expect(SEALING.decode('title', title ?? '')).toBe('title');
    expect(SEALING.decode('externalId', externalId ?? '')).toBe('id');
    expect(SEALING.decode('metadata', metadata)).toBe('{"a":"b"}');
  });

  it('are no texts where there is nothing', () => {
    const nothing = { title: null, externalId: null, metadata: '{}' };
    expect(encodeFields(SEALING, { metadata: {} })).toEqual(nothing);
  });

  it('stay as they are stored, but for those that an update changes', () => {
    const stored = encodeFields(SEALING, BEFORE);
    expect(encodeUpdate(SEALING, stored, BEFORE, BEFORE)).toEqual(stored);
    const after = encodeUpdate(SEALING, stored, BEFORE, { ...BEFORE, title: 'other' });
    expect(after).toEqual({ ...stored, title: after.title });
    expect(SEALING.decode('title', after.title ?? '')).toBe('other');
    const { metadata } = encodeUpdate(SEALING, stored, BEFORE, { ...BEFORE, metadata: {} });
    expect(metadata).toBe('{}');
  });
});
