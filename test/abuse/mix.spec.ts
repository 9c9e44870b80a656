import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toBytes } from '../../bench/load/requests.js';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { HeldStore } from '../support/held-store.js';
import { rawRequest } from '../support/raw-request.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { startService, type TestService } from '../support/service.js';
import { aConversation, openTurn, script, turnsOf } from '../support/turns.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import { Attackers } from './attackers.js';
import { rawHead } from './raw-head.js';
import { storeLargeConversation } from './stored-data.js';

const RUNS = 8;
const SLOTS = 4;
const EXPORTS = 3;
const TURNS = 6;
/** Bodies of unannounced length that have room together. */
const BODIES = 8;
const ENVIRONMENT = {
  MAX_CONCURRENT_REQUESTS: String(SLOTS),
  MAX_EXPORTS: String(EXPORTS),
  MAX_RUNNING_TURNS: String(TURNS),
  MAX_STREAMS: String(TURNS),
  MAX_BODY_BYTES: String(BODIES * 2 ** 20),
  MAX_UNSENT_BYTES: String(4 * 2 ** 20),
};
const JSON_TYPE = { 'Content-Type': 'application/json' };

let store: HeldStore;
let service: TestService;
let mallory: ApiClient;
let path: string;
let id: string;

beforeAll(async () => {
  store = new HeldStore();
  service = await startService({
    environment: ENVIRONMENT,
    store: { driver: 'custom', store },
    orchestrator: ScriptedOrchestrator,
  });
  mallory = service.client();
  path = await storeLargeConversation(mallory, 32);
  id = await aConversation(mallory);
});
afterAll(() => service.close());

type AttackOn = (attackers: Attackers, connections: number) => void;

/** Turns end by themselves soon: a turn that has begun runs on when its client has gone. */
const TURN = script(['count', { to: 10, everyMs: 5 }]);

const ATTACKS: Readonly<Record<string, AttackOn>> = {
  'ask without a token': (attackers, connections) => {
    attackers.repeat(connections, () => rawHead('GET', CONVERSATIONS));
  },
  'read, and take it': (attackers, connections) => {
    attackers.repeat(connections, () => toBytes(mallory, 'GET', `${path}?messages=200`));
  },
  'read many times, and take nothing': (attackers, connections) => {
    const request = toBytes(mallory, 'GET', `${path}?messages=200`);
    attackers.hold(connections, () => Buffer.concat([request, request, request, request]));
  },
  'export, and take nothing': (attackers, connections) => {
    attackers.hold(connections, () => toBytes(mallory, 'GET', `${CONVERSATIONS}/export`));
  },
  'announce a body': (attackers, connections) => {
    const chunked = { Authorization: `Bearer ${mallory.token}`, 'Transfer-Encoding': 'chunked' };
    attackers.follow(connections, () =>
      rawHead('POST', CONVERSATIONS, { ...JSON_TYPE, ...chunked }),
    );
  },
  'announce a body behind a read': (attackers, connections) => {
    const announced = { Authorization: `Bearer ${mallory.token}`, 'Content-Length': '1000000' };
    const post = rawHead('POST', CONVERSATIONS, { ...JSON_TYPE, ...announced });
    const get = toBytes(mallory, 'GET', `${path}?messages=200`);
    attackers.hold(connections, () => Buffer.concat([get, post]));
  },
  'queue turns': (attackers, connections) => {
    const body = { message: TURN, onConflict: 'enqueue' };
    attackers.follow(connections, () => toBytes(mallory, 'POST', turnsOf(id), body));
  },
  'follow a turn, and take nothing': (attackers, connections) => {
    const headers = { Authorization: `Bearer ${mallory.token}` };
    const request = rawHead('GET', `${turnsOf(id)}/current/stream`, headers);
    attackers.hold(connections, () => request);
  },
};

const mixes = fc.array(
  fc.record({
    attack: fc.constantFrom(...Object.keys(ATTACKS)),
    connections: fc.integer({ min: 1, max: 30 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** One user can hold every slot at the same time. */
async function canHoldEverySlot(): Promise<boolean> {
  const client = service.client();
  const statuses: number[] = [];
  const list = async (): Promise<void> => {
    statuses.push((await client.get(CONVERSATIONS)).status);
  };
  store.hold();
  const lists = Promise.all(Array.from({ length: SLOTS }, list));
  // What is refused waits at no gate.
  await until(() => store.waiting + statuses.length >= SLOTS);
  store.release();
  await lists;
  return statuses.every((status) => status === 200);
}

async function canSendBodies(): Promise<boolean> {
  const Authorization = `Bearer ${service.client().token}`;
  const send = () =>
    rawRequest(service.url, {
      method: 'POST',
      path: CONVERSATIONS,
      headers: { Authorization, ...JSON_TYPE },
      chunks: ['{}'],
    });
  const answers = await Promise.all(Array.from({ length: SLOTS }, send));
  return answers.every(({ status }) => status === 201);
}

async function canExport(): Promise<boolean> {
  const client = service.client();
  const answers = await Promise.all(
    Array.from({ length: EXPORTS }, () => client.get(`${CONVERSATIONS}/export`)),
  );
  return answers.every(({ status }) => status === 200);
}

/** Each has a turn that runs, and the stream of it. */
async function canRunTurns(): Promise<boolean> {
  const client = service.client();
  const streams = [];
  for (let i = 0; i < TURNS; i++) {
    const talk = script(['say', 'a'], ['untilAborted']);
    streams.push(await openTurn(client, await aConversation(client), talk));
  }
  const areOpen = streams.every(({ status }) => status === 200);
  for (const stream of streams) {
    if (stream.status !== 200) continue;
    const conversationId = String(stream.response.headers.location).split('/').at(-4) ?? '';
    await client.post(`${turnsOf(conversationId)}/${stream.turnId}/cancel`, undefined);
  }
  for (const stream of streams) stream.leave();
  return areOpen;
}

it('after any mix of attacks, no slot, byte, export, turn or stream is still counted', async () => {
  await fc.assert(
    fc.asyncProperty(mixes, async (mix) => {
      const attackers = new Attackers(Number(new URL(service.url).port));
      for (const { attack, connections } of mix) ATTACKS[attack]?.(attackers, connections);
      // So that the attacks have begun. These requests may be refused or not.
      const client = service.client();
      for (let i = 0; i < 20; i++) await client.get(CONVERSATIONS);
      attackers.stop();
      for (const isFree of [canHoldEverySlot, canSendBodies, canExport, canRunTurns]) {
        await until(isFree);
      }
      expect(store.waiting).toBe(0);
    }),
    { numRuns: RUNS, seed: FUZZ.seed, endOnFailure: true },
  );
});
