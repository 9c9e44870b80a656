import { describe, expect, it } from '@jest/globals';
import type { CalmSample } from './calm-tenant.js';
import type { Measured, Phase } from './measure-attack.js';
import { problemsOf, toRow } from './verdict.js';

function samples(kind: CalmSample['kind'], ...times: number[]): CalmSample[] {
  return times.map((ms) => ({ kind, startedAt: 0, ms, status: 200 }));
}

function phase(ms: number, changes: Partial<Phase> = {}): Phase {
  return {
    requests: samples('request', ms, ms, ms),
    probes: samples('probe', ms),
    newcomers: samples('newcomer', ms),
    scriptsPerSecond: 20,
    ...changes,
  };
}

const HARMLESS: Measured = {
  before: phase(5),
  during: phase(20),
  after: phase(5),
  rssMaxMiB: 200,
  outcomes: new Map([['401', 7]]),
  findings: [],
};

describe('an attack', () => {
  it('that the others do not notice breaks no promise', () => {
    expect(toRow({ name: 'none' }, HARMLESS)).toMatchObject({
      usualMs: 5,
      p50Ms: 20,
      refused: 0,
      attackers: '401: 7',
      problems: [],
    });
  });

  it('whose work goes on may run as many scripts after it as this work may', () => {
    const measured = { ...HARMLESS, after: phase(5, { scriptsPerSecond: 1_000 }) };
    expect(problemsOf(measured, { scriptsAfter: 1_000 })).toEqual([]);
    expect(problemsOf(measured, { scriptsAfter: 500 })).toHaveLength(1);
  });

  const refused = { requests: [{ kind: 'request', startedAt: 0, ms: 1, status: 503 }] } as const;
  it.each<[string, Partial<Measured>]>([
    ['median 151 > 150', { during: phase(151) }],
    ['median 301 > 300', { before: phase(20), during: phase(301) }],
    ['p99 501 > 500', { during: phase(5, { requests: samples('request', 5, 5, 501) }) }],
    ['refused 1 > 0', { during: phase(5, refused) }],
    ['liveness 501 > 500', { during: phase(5, { probes: samples('probe', 1, 501) }) }],
    [
      'slowest newcomer 10001 > 10000',
      { during: phase(5, { newcomers: samples('newcomer', 10_001) }) },
    ],
    ['refused newcomers 1 > 0', { during: phase(5, { newcomers: refused.requests }) }],
    ['slowest newcomer NaN > 10000', { during: phase(5, { newcomers: [] }) }],
    [
      'slowest newcomer after 501 > 500',
      { after: phase(5, { newcomers: samples('newcomer', 501) }) },
    ],
    ['refused newcomers after 1 > 0', { after: phase(5, { newcomers: refused.requests }) }],
    ['RSS 451 > 450', { rssMaxMiB: 451 }],
    ['refused after 1 > 0', { after: phase(5, refused) }],
    ['scripts a second after 61 > 60', { after: phase(5, { scriptsPerSecond: 61 }) }],
    ['median NaN > 150', { during: phase(5, { requests: [] }) }],
    ['a turn was lost', { findings: ['a turn was lost'] }],
  ])('breaks a promise: %s', (problem, changes) => {
    expect(problemsOf({ ...HARMLESS, ...changes })).toContain(problem);
  });
});
