import { describe, expect, it } from '@jest/globals';
import { Ledger, type Entry, type Outcome } from './ledger.js';
import { judge } from './verdict.js';

const USER = { tid: 't', sub: 'u' };

/** A ledger in which a writer has sent one message after the other, with these outcomes. */
function ledgerOf(...outcomes: Outcome[]): { ledger: Ledger; entries: Entry[] } {
  const ledger = new Ledger();
  const entries = outcomes.map((outcome) => {
    const entry = ledger.plan(USER, 'C');
    ledger.begin(entry);
    ledger.settle(entry, outcome);
    return entry;
  });
  return { ledger, entries };
}

function texts(...entries: (Entry | undefined)[]): string[] {
  return entries.map((entry) => entry?.text ?? '');
}

describe('the verdict on what a store has kept', () => {
  const clean = {
    lost: [],
    untold: [],
    doubled: [],
    reordered: [],
    misplaced: [],
    misanswered: [],
  };

  it('finds nothing where every promise was kept', () => {
    const { ledger, entries } = ledgerOf('acknowledged', 'unknown', 'refused', 'acknowledged');
    const [a, unknown, , b] = entries;
    for (const kept of [texts(a, b), texts(a, unknown, b), texts(a, b, unknown)]) {
      expect(judge(ledger, new Map([['C', kept]]))).toEqual(clean);
    }
  });

  it('finds what is lost, untold, doubled and in another order', () => {
    const { ledger, entries } = ledgerOf('acknowledged', 'refused', 'acknowledged');
    const [a, refused, b] = entries;
    const verdict = (...kept: string[]) => judge(ledger, new Map([['C', kept]]));
    expect(verdict(...texts(a))).toEqual({ ...clean, lost: texts(b) });
    expect(verdict(...texts(a, refused, b))).toEqual({ ...clean, untold: texts(refused) });
    expect(verdict(...texts(a, b), 'x')).toEqual({ ...clean, untold: ['x'] });
    expect(verdict(...texts(a, a, b))).toEqual({ ...clean, doubled: texts(a) });
    expect(verdict(...texts(b, a))).toEqual({ ...clean, reordered: texts(a) });
  });

  it('lets a refused message take the place of its retry, and no earlier one', () => {
    const { ledger, entries } = ledgerOf('refused', 'acknowledged');
    const [retried, other] = entries as [Entry, Entry];
    ledger.begin(retried);
    ledger.settle(retried, 'acknowledged');
    expect(judge(ledger, new Map([['C', texts(other, retried)]]))).toEqual(clean);
    const early = judge(ledger, new Map([['C', texts(retried, other)]]));
    expect(early.reordered).toEqual(texts(other));
  });

  it('finds what is not where it was said to be', () => {
    const { ledger, entries } = ledgerOf('unknown', 'unknown');
    const [a, b] = entries as [Entry, Entry];
    ledger.settle(b, 'acknowledged', { conversationId: 'C', seq: 1 });
    for (const stored of [new Map([['C', texts(a, b)]]), new Map([['D', texts(b)]])]) {
      expect(judge(ledger, stored)).toEqual({ ...clean, misplaced: texts(b) });
    }
  });

  it('finds a turn without its reply, with two, or with one at another place', () => {
    const ledger = new Ledger();
    const [a, b] = [1, 2].map(() => ledger.plan(USER, 'C', { isTurn: true })) as [Entry, Entry];
    for (const entry of [a, b]) {
      ledger.begin(entry);
      ledger.settle(entry, 'acknowledged');
    }
    a.isAnswered = true;
    const verdict = (...kept: string[]) => judge(ledger, new Map([['C', kept]]));
    const [toA, toB] = [a, b].map(({ text }) => `You said: ${text}`) as [string, string];
    expect(verdict(a.text, toA, b.text)).toEqual(clean);
    expect(verdict(a.text, toA, b.text, toB)).toEqual(clean);
    expect(verdict(a.text, b.text)).toEqual({ ...clean, misanswered: [a.text] });
    expect(verdict(a.text, toA, toA, b.text)).toEqual({ ...clean, misanswered: [a.text] });
    expect(verdict(a.text, toA, toB, b.text)).toEqual({ ...clean, misanswered: [b.text] });
    expect(verdict(a.text, toA, b.text, 'You said: x').untold).toEqual(['You said: x']);
  });
});
