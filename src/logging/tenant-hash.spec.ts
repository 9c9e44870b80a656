import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { TenantHash } from './tenant-hash.js';

describe('the hash of a tenant', () => {
  it('is the same in every process', () => {
    const hash = createHash('sha256').update('contoso').digest('hex').slice(0, 16);
    expect(new TenantHash(undefined).of('contoso')).toBe(hash);
  });

  it('depends on the salt', () => {
    const [plain, a, b] = [undefined, 'a', 'b'].map((salt) => new TenantHash(salt).of('contoso'));
    expect(new Set([plain, a, b]).size).toBe(3);
    expect(new TenantHash('a').of('contoso')).toBe(a);
  });

  it('tells tenants apart', () => {
    const hashes = new TenantHash('a');
    expect(hashes.of('x')).not.toBe(hashes.of('y'));
    expect(hashes.of('x')).toBe(hashes.of('x'));
  });
});
