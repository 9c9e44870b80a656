import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import type { RateLimit, RateLimits } from '../domain/rate-limit.js';
import type { Owner } from '../domain/owner.js';
import { RateLimitedError } from '../http/request.errors.js';
import { limitedRequests } from '../observation/facts.js';
import { MemoryRequestCounter } from '../store/memory/memory.request-counter.js';
import type { LimitUse, RequestCounter } from '../store/request-counter.js';
import { StoreFaultError, StoreUnavailableError } from '../store/store.errors.js';
import { RateLimiter } from './rate-limiter.js';

const USER: RateLimit = { policy: 'user', requests: 2, windowSeconds: 10 };
const TENANT: RateLimit = { policy: 'tenant', requests: 3, windowSeconds: 60 };
const ALICE: Owner = { tenantId: 'contoso', userId: 'alice' };
const BOB: Owner = { tenantId: 'contoso', userId: 'bob' };

let asked = 0;
let headers: Record<string, string>;
const facts: unknown[] = [];
const onFact = (fact: unknown): unknown => facts.push(fact);
const reply = {
  header: (name: string, value: string) => (headers[name] = value),
} as unknown as FastifyReply;

function limiterWith(limits: RateLimits, counter?: RequestCounter): RateLimiter {
  const memory = counter ?? new MemoryRequestCounter();
  const counting: RequestCounter = {
    count: (owner, all) => {
      asked++;
      return memory.count(owner, all);
    },
  };
  return new RateLimiter({ rateLimits: limits } as AppConfig, counting);
}

async function refusal(promise: Promise<void>): Promise<RateLimitedError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RateLimitedError);
  return error as RateLimitedError;
}

beforeEach(() => {
  jest.useFakeTimers();
  asked = 0;
  headers = {};
  facts.length = 0;
  subscribe(limitedRequests.channel.name, onFact);
});
afterEach(() => {
  unsubscribe(limitedRequests.channel.name, onFact);
  jest.useRealTimers();
});

describe('a limiter', () => {
  it('is off without a limit', () => {
    expect(limiterWith([]).isOn).toBe(false);
    expect(limiterWith([USER]).isOn).toBe(true);
  });

  it('tells with each request what is left of each limit', async () => {
    const limiter = limiterWith([USER, TENANT]);
    await limiter.admit(ALICE, reply);
    expect(headers).toEqual({
      'RateLimit-Policy': '"user";q=2;w=10, "tenant";q=3;w=60',
      RateLimit: '"user";r=1;t=10, "tenant";r=2;t=60',
    });
    jest.advanceTimersByTime(1_001);
    await limiter.admit(ALICE, reply);
    expect(headers['RateLimit']).toBe('"user";r=0;t=9, "tenant";r=1;t=59');
    expect(facts).toEqual([]);
  });

  it('refuses what is over a limit, says for how long, and counts it for no other limit', async () => {
    const limiter = limiterWith([USER, TENANT]);
    await limiter.admit(ALICE, reply);
    await limiter.admit(ALICE, reply);
    jest.advanceTimersByTime(9_500);
    const { retryAfterSeconds, message } = await refusal(limiter.admit(ALICE, reply));
    expect([retryAfterSeconds, message]).toEqual([
      1,
      'The limit of the user is used up. Nothing was changed.',
    ]);
    expect(headers['RateLimit']).toBe('"user";r=0;t=1, "tenant";r=1;t=51');
    await limiter.admit(BOB, reply);
    expect(headers['RateLimit']).toBe('"user";r=1;t=10, "tenant";r=0;t=51');
    const other = await refusal(limiter.admit(BOB, reply));
    expect(other.message).toContain('of the tenant');
    expect(other.retryAfterSeconds).toBe(51);
    expect(facts).toEqual([{ policy: 'user' }, { policy: 'tenant' }]);
  });

  it('asks the store no more for a limit that is used up, until its window ends', async () => {
    const limiter = limiterWith([USER]);
    for (let i = 0; i < 2; i++) await limiter.admit(ALICE, reply);
    for (let i = 0; i < 50; i++) await refusal(limiter.admit(ALICE, reply));
    expect(asked).toBe(3);
    jest.advanceTimersByTime(7_000);
    expect((await refusal(limiter.admit(ALICE, reply))).retryAfterSeconds).toBe(3);
    expect(headers['RateLimit']).toBe('"user";r=0;t=3');
    await limiter.admit(BOB, reply);
    jest.advanceTimersByTime(3_001);
    await limiter.admit(ALICE, reply);
    expect(headers['RateLimit']).toBe('"user";r=1;t=10');
    expect(asked).toBe(5);
  });

  it('refuses one user of a tenant whose limit another user has used up, without asking', async () => {
    const limiter = limiterWith([TENANT]);
    for (let i = 0; i < 3; i++) await limiter.admit(ALICE, reply);
    await refusal(limiter.admit(ALICE, reply));
    await refusal(limiter.admit(BOB, reply));
    expect(asked).toBe(4);
    await limiter.admit({ ...BOB, tenantId: 'fabrikam' }, reply);
  });

  it('takes the limit that refuses for longer, where two do', async () => {
    const uses: LimitUse[] = [
      { limit: USER, before: 2, endsInMs: 8_200 },
      { limit: TENANT, before: 3, endsInMs: 1 },
    ];
    const limiter = limiterWith([USER, TENANT], { count: async () => uses });
    expect((await refusal(limiter.admit(ALICE, reply))).retryAfterSeconds).toBe(9);
    expect(headers['RateLimit']).toBe('"user";r=0;t=9, "tenant";r=0;t=1');
    expect(facts).toEqual([{ policy: 'user' }]);
  });

  it('refuses when the store is away, and says that nothing was changed', async () => {
    const lost = new StoreUnavailableError('Redis cannot be reached.', {
      mayHaveBeenApplied: true,
    });
    const limiter = limiterWith([USER], { count: () => Promise.reject(lost) });
    await expect(limiter.admit(ALICE, reply)).rejects.toMatchObject({
      code: 'store-unavailable',
      mayHaveBeenApplied: false,
      cause: lost,
    });
    const fault = new StoreFaultError('a defect');
    const broken = limiterWith([USER], { count: () => Promise.reject(fault) });
    await expect(broken.admit(ALICE, reply)).rejects.toBe(fault);
    expect(headers).toEqual({});
  });
});
