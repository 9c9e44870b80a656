import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger, UnauthorizedException } from '@nestjs/common';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../auth/caller.js';
import type { TokenAuthentication } from '../auth/token-authentication.js';
import { RefusalCounts } from '../problems/refusal-counts.js';
import { AdmissionHooks } from './admission-hooks.js';
import { FairSlots } from './fair-slots.js';
import { OverflowQueue } from './overflow-queue.js';
import { PacedStarts } from './paced-starts.js';
import { NOBODY } from './request-slots.js';
import { UnsentAnswers } from './unsent-answers.js';

const SLOTS = 4;
const FEW = 2;
const WAIT_MS = 300;

type Hook = (request: object, reply: object, ...rest: unknown[]) => void;

/** How the token of a request is: verified before, new with a known key, new without, or absent. */
type Token = 'verified' | 'new' | 'unknown-key' | 'absent';

interface Arrival {
  readonly token: Token;
  readonly user: string;
  readonly hasBody: boolean;
  readonly needsToken: boolean;
}

/** A request with its reply: what Fastify, the socket and the handler would do with them. */
class Exchange {
  state: 'in a hook' | 'uploads' | 'is handled' | 'answered' = 'in a hook';
  verification: { resolve: (caller: Caller) => void; reject: (error: Error) => void } | undefined;
  readonly socket = { destroyed: false };
  readonly raw;
  readonly request;
  readonly reply;

  constructor(
    private readonly hooks: ReadonlyMap<string, Hook>,
    readonly arrival: Arrival,
  ) {
    const { hasBody, needsToken } = arrival;
    this.raw = {
      exchange: this,
      method: 'POST',
      url: '/',
      headers: { 'content-length': hasBody ? '10' : '0' },
      socket: this.socket,
    };
    this.request = {
      raw: this.raw,
      url: '/',
      is404: false,
      routeOptions: { config: { needsToken } },
      share: null,
      holdsSlot: false,
      bodyCount: null,
    };
    this.reply = {
      raw: Object.assign(new EventEmitter(), { headersSent: false }),
      sent: false,
      status: () => this.reply,
      headers: () => this.reply,
      type: () => this.reply,
      send: () => this.answer(),
    };
  }

  get caller(): Caller {
    return {
      owner: { tenantId: this.arrival.user[0] ?? '', userId: this.arrival.user },
      isService: false,
    };
  }

  arrive(): void {
    this.call('onRequest', (error) => {
      if (error) this.answer();
      else this.state = this.arrival.hasBody ? 'uploads' : 'is handled';
    });
  }

  /** The body arrives. */
  upload(): void {
    if (this.state !== 'uploads') return;
    if (this.socket.destroyed) {
      this.answer();
      return;
    }
    this.state = 'in a hook';
    this.call('preHandler', () => (this.state = 'is handled'));
  }

  answer(): void {
    if (this.state === 'answered') return;
    this.state = 'answered';
    this.call('onSend', () => undefined);
    this.reply.sent = true;
    this.reply.raw.headersSent = true;
    this.reply.raw.emit('close');
  }

  leave(): void {
    this.socket.destroyed = true;
    this.reply.raw.emit('close');
  }

  private call(name: string, done: (error?: Error) => void): void {
    const hook = this.hooks.get(name) as Hook;
    if (name === 'onSend') hook(this.request, this.reply, '', done);
    else hook(this.request, this.reply, done);
  }
}

class World {
  readonly slots = new FairSlots({ slots: SLOTS, slotsPerOwner: 2, waitMs: WAIT_MS });
  readonly few = new FairSlots({ slots: FEW, slotsPerOwner: FEW, waitMs: WAIT_MS });
  readonly exchanges: Exchange[] = [];
  readonly refusals = new RefusalCounts();
  private readonly hooks = new Map<string, Hook>();

  constructor() {
    const server = {
      decorateRequest: () => undefined,
      addHook: (name: string, hook: Hook) => this.hooks.set(name, hook),
    };
    new AdmissionHooks({
      slots: this.slots,
      unverified: this.few,
      overflow: new OverflowQueue({ waitMs: WAIT_MS }),
      unsent: new UnsentAnswers(1),
      starts: new PacedStarts(),
      refusals: this.refusals,
      authentication: authentication as unknown as TokenAuthentication,
      limited: null,
    }).addTo(server as unknown as FastifyInstance);
  }

  arrive(arrival: Arrival): Exchange {
    const exchange = new Exchange(this.hooks, arrival);
    this.exchanges.push(exchange);
    exchange.arrive();
    return exchange;
  }

  /** All that can still happen happens. */
  async settle(): Promise<void> {
    for (let i = 0; i < 40; i++) {
      for (const exchange of this.exchanges) {
        exchange.verification?.resolve(exchange.caller);
        exchange.upload();
        if (exchange.state === 'is handled') exchange.answer();
      }
      await jest.advanceTimersByTimeAsync(50);
    }
  }
}

interface Raw {
  readonly exchange: Exchange;
}

const authentication = {
  findVerified: ({ exchange }: Raw) =>
    exchange.arrival.token === 'verified' ? exchange.caller : undefined,
  waitsForKey: ({ exchange }: Raw) => exchange.arrival.token === 'unknown-key',
  verify: ({ raw: { exchange } }: { raw: Raw }) => {
    const { token } = exchange.arrival;
    if (token === 'new') return Promise.resolve(exchange.caller);
    if (token === 'absent') return Promise.reject(new UnauthorizedException());
    return new Promise<Caller>((resolve, reject) => {
      exchange.verification = { resolve, reject };
    });
  },
};

function countFree(slots: FairSlots): number {
  const share = slots.shareOf(NOBODY);
  let free = 0;
  while (free < 100 && slots.tryAcquire(share)) free++;
  return free;
}

const VERIFIED = { token: 'verified', user: 'ada', hasBody: false, needsToken: true } as const;
const UNKNOWN_KEY = { ...VERIFIED, token: 'unknown-key', user: 'eve' } as const;

beforeEach(() => {
  jest.useFakeTimers();
  for (const level of ['log', 'warn'] as const) {
    jest.spyOn(Logger.prototype, level).mockReturnValue(undefined);
  }
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('tokens that wait for a key leave all slots to the others, and are few', async () => {
  const world = new World();
  const waiting = Array.from({ length: 20 }, () => world.arrive(UNKNOWN_KEY));
  await jest.advanceTimersByTimeAsync(WAIT_MS * 2);
  expect(waiting.filter(({ state }) => state === 'in a hook')).toHaveLength(FEW);
  expect(world.refusals.byBound).toEqual(new Map([['unverified-requests', 20 - FEW]]));
  const verified = Array.from({ length: SLOTS }, () => world.arrive(VERIFIED));
  expect(verified.map(({ state }) => state)).toEqual(verified.map(() => 'is handled'));
  // What has no token is answered without a slot of the few.
  const absent = world.arrive({ ...VERIFIED, token: 'absent' });
  await jest.advanceTimersByTimeAsync(0);
  expect(absent.state).toBe('answered');
});

it('a body that never comes holds no slot', () => {
  const world = new World();
  for (let i = 0; i < SLOTS * 3; i++) world.arrive({ ...VERIFIED, hasBody: true });
  expect(world.arrive(VERIFIED).state).toBe('is handled');
});

const arrivals = fc.record({
  kind: fc.constant('arrive' as const),
  token: fc.constantFrom<Token>('verified', 'verified', 'new', 'unknown-key', 'absent'),
  user: fc.constantFrom('a1', 'a2', 'a3', 'b1', 'c1'),
  hasBody: fc.boolean(),
  needsToken: fc.constantFrom(true, true, true, false),
});
const events = fc.record({
  kind: fc.constantFrom('verify', 'reject', 'upload', 'answer', 'leave', 'wait'),
  which: fc.nat(30),
});

it('whatever comes, fails, hangs and leaves: no slot and no waiting request stays counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 2, arbitrary: arrivals }, { weight: 3, arbitrary: events }), {
        minLength: 10,
        maxLength: 60,
      }),
      async (mix) => {
        const world = new World();
        for (const step of mix) {
          if (step.kind === 'arrive') {
            world.arrive(step);
            await jest.advanceTimersByTimeAsync(0);
            continue;
          }
          const exchange = world.exchanges[step.which % (world.exchanges.length || 1)];
          if (!exchange) continue;
          if (step.kind === 'verify') exchange.verification?.resolve(exchange.caller);
          else if (step.kind === 'reject') {
            exchange.verification?.reject(new UnauthorizedException());
          } else if (step.kind === 'upload') exchange.upload();
          else if (step.kind === 'answer' && exchange.state === 'is handled') exchange.answer();
          else if (step.kind === 'leave') exchange.leave();
          else await jest.advanceTimersByTimeAsync(step.which * 10);
        }
        await world.settle();
        await jest.advanceTimersByTimeAsync(2_000);
        expect([world.slots.hasWaiters, world.few.hasWaiters]).toEqual([false, false]);
        expect([countFree(world.slots), countFree(world.few)]).toEqual([SLOTS, FEW]);
        const unanswered = world.exchanges.filter(
          ({ state, socket }) => state !== 'answered' && !socket.destroyed,
        );
        expect(unanswered).toHaveLength(0);
        jest.clearAllTimers();
      },
    ),
    { numRuns: 150, seed: 20_250_101 },
  );
});
