import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Turn } from '../domain/turn.js';
import { DELIVERIES_PER_SECOND, DeliveryPace } from './delivery-pace.js';
import { EventBuffer } from './event-buffer.js';
import { LiveTurn } from './live-turn.js';

const REF = {
  owner: { tenantId: 'acme', userId: 'alice' },
  conversationId: 'C',
  turnId: 'T',
  attempt: 1,
};

/** A turn, and its followers in this process: each waits again as soon as it has been told. */
class Scene {
  readonly told: number[] = [];
  private readonly turn: LiveTurn;

  constructor(pace: DeliveryPace, followers: number) {
    this.turn = new LiveTurn(REF, { id: 'T', status: 'running' } as Turn, new EventBuffer(), pace);
    for (let i = 0; i < followers; i++) void this.follow();
  }

  notify(): void {
    this.turn.notify();
  }

  private async follow(): Promise<void> {
    for (;;) if (await this.turn.changed()) this.told.push(performance.now());
  }
}

describe('the followers of a turn', () => {
  let pace: DeliveryPace;

  beforeEach(() => {
    jest.useFakeTimers();
    pace = new DeliveryPace(DELIVERIES_PER_SECOND.ofProcess);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  async function speak(scenes: readonly Scene[], milliseconds: number): Promise<void> {
    for (let i = 0; i < milliseconds; i++) {
      for (const scene of scenes) scene.notify();
      await jest.advanceTimersByTimeAsync(1);
    }
  }

  it('are told each time, while there are few', async () => {
    const scene = new Scene(pace, 9);
    await speak([scene], 100);
    expect(scene.told).toHaveLength(100 * 9);
  });

  it('are told 10,000 times a second together, and then of all that has happened', async () => {
    const scene = new Scene(pace, 600);
    await speak([scene], 1_000);
    expect(scene.told.length).toBeGreaterThan(9_000);
    expect(scene.told.length).toBeLessThan(11_000);
    const before = scene.told.length;
    scene.notify();
    scene.notify();
    await jest.advanceTimersByTimeAsync(100);
    expect(scene.told.length - before).toBe(600);
  });

  it('and those of other turns are told 25,000 times a second', async () => {
    const scenes = Array.from({ length: 6 }, () => new Scene(pace, 100));
    await speak(scenes, 1_000);
    const told = scenes.flatMap((scene) => scene.told).length;
    expect(told).toBeGreaterThan(24_000);
    expect(told).toBeLessThan(27_000);
  });

  it('wait some milliseconds for those of other turns', async () => {
    const [calm, ...greedy] = Array.from({ length: 501 }, () => new Scene(pace, 1)) as [
      Scene,
      ...Scene[],
    ];
    await speak(greedy, 1_000);
    const saidAt = performance.now();
    await speak([...greedy, calm], 1);
    await speak(greedy, 50);
    expect(calm.told).toHaveLength(1);
    expect((calm.told[0] as number) - saidAt).toBeLessThan(30);
  });
});
