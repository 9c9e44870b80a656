import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Owner } from '../domain/owner.js';
import { FairSlots } from './fair-slots.js';
import { LimitedRequests } from './limited-requests.js';

const GREEDY: Owner = { tenantId: 'a', userId: 'greedy' };
const CALM: Owner = { tenantId: 'b', userId: 'calm' };

/** Counts begin in this order, and end when the test says so. */
class Scene {
  readonly counting: { owner: Owner; pass: () => void; fail: (error: Error) => void }[] = [];
  readonly verdicts: string[] = [];
  readonly limited = new LimitedRequests(
    {
      admit: (owner) =>
        new Promise<void>((resolve, reject) => {
          this.counting.push({ owner, pass: resolve, fail: reject });
        }),
    },
    new FairSlots({ slots: 4, slotsPerOwner: 2, positionsPerSlot: 4, waitMs: 60_000 }),
  );

  ask(owner: Owner, socket = { destroyed: false }): void {
    const { userId } = owner;
    const request = { raw: { socket } } as FastifyRequest;
    this.limited.count(owner, request, {} as FastifyReply, {
      admit: () => this.verdicts.push(`${userId} passes`),
      fail: ({ message }) => this.verdicts.push(`${userId} ${message}`),
      refuse: () => this.verdicts.push(`${userId} refused`),
    });
  }

  /** Ends the oldest count. */
  async pass(): Promise<void> {
    this.counting.shift()?.pass();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('requests that are counted', () => {
  it('of one owner hold up those of another only for the counts that have begun', async () => {
    const scene = new Scene();
    for (let i = 0; i < 15; i++) scene.ask(GREEDY);
    expect(scene.counting).toHaveLength(4);
    scene.ask(CALM);
    for (let i = 0; i < 3; i++) await scene.pass();
    expect(scene.counting.map(({ owner }) => owner)).toContain(CALM);
    expect(scene.verdicts).toEqual(Array.from({ length: 3 }, () => 'greedy passes'));
  });

  it('are refused when there are far too many, and the front door knows', () => {
    const scene = new Scene();
    expect(scene.limited.isFullFor(GREEDY)).toBe(false);
    for (let i = 0; i < 25; i++) scene.ask(GREEDY);
    expect(scene.limited.isFullFor(GREEDY)).toBe(true);
    expect(scene.limited.isFullFor(CALM)).toBe(false);
    expect(new Set(scene.verdicts)).toEqual(new Set(['greedy refused']));
  });

  it('give their slot back whatever the outcome is', async () => {
    const scene = new Scene();
    for (let i = 0; i < 12; i++) {
      scene.ask(GREEDY);
      if (i % 2 === 0) scene.counting[0]?.fail(new Error('over its limit'));
      await scene.pass();
    }
    expect(scene.verdicts).toHaveLength(12);
    expect(scene.verdicts[0]).toBe('greedy over its limit');
    expect(scene.verdicts[1]).toBe('greedy passes');
  });

  it('get no answer when their client has left', async () => {
    const scene = new Scene();
    scene.ask(GREEDY, { destroyed: true });
    await scene.pass();
    expect(scene.verdicts).toEqual([]);
  });
});
