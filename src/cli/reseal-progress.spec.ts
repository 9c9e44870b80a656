import { describe, expect, it } from '@jest/globals';
import { ResealProgressLines } from './reseal-progress.js';

describe('the progress of a reseal', () => {
  it('is a line every three seconds', () => {
    let now = 0;
    const written: string[] = [];
    const lines = new ResealProgressLines(
      (line) => written.push(line),
      () => now,
    );
    const progress = { pass: 1, conversations: 5, resealed: 7 };
    for (now = 500; now <= 7_000; now += 500) {
      lines.report({ ...progress, position: `redis:Redis/${now}` });
    }
    expect(written).toEqual([
      'Pass 1: 5 conversations seen, 7 texts sealed anew so far. Position: redis:Redis/3000\n',
      'Pass 1: 5 conversations seen, 7 texts sealed anew so far. Position: redis:Redis/6000\n',
    ]);
    expect(lines.position).toBe('redis:Redis/7000');
  });
});
