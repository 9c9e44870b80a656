import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { toBytes } from '../../bench/load/requests.js';
import type { ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { aConversation, openTurn, runTurn, script, turnsOf } from '../support/turns.js';
import { Attackers } from './attackers.js';
import { CountedService } from './counted-service.js';

const CONVERSATIONS_OF_USER = 20;
const TURNS = 2_000;
const ENVIRONMENT = { TURN_WAIT_MS: '3600000', TURN_TIMEOUT_MS: '3600000' };

let counted: CountedService;
let attackers: Attackers;
let client: ApiClient;

beforeEach(async () => {
  const orchestrator = ScriptedOrchestrator;
  counted = await CountedService.start({ orchestrator, environment: ENVIRONMENT });
  attackers = new Attackers(counted.port);
  client = counted.service.client();
});
afterEach(async () => {
  attackers.stop();
  await counted.close();
});

/** Turns in the queues of the store. */
async function queued(): Promise<number> {
  const keys = await counted.client.keys('*:turn:waiting');
  const lengths = await Promise.all(keys.map((key) => counted.client.hlen(key)));
  // A queue has its turns, and may have fields of its own.
  return lengths.reduce((sum, length) => sum + length, 0);
}

it('2,000 queued turns whose clients hang up leave no poller and no turn', async () => {
  const ids: string[] = [];
  for (let i = 0; i < CONVERSATIONS_OF_USER; i++) {
    const id = await aConversation(client);
    await openTurn(client, id, script(['untilAborted']));
    ids.push(id);
  }
  const body = { message: 'next', onConflict: 'enqueue' };
  let n = 0;
  const next = (): Buffer =>
    toBytes(client, 'POST', turnsOf(ids[n++ % ids.length] as string), body);
  attackers.follow(TURNS, next);
  const answered = (): number =>
    [...attackers.outcomes.values()].reduce((sum, count) => sum + count, 0);
  // The others are refused.
  await until(async () => (await queued()) + answered() >= TURNS);
  attackers.stop();
  await until(async () => (await queued()) === 0);
  const [since, before] = [performance.now(), await counted.scripts()];
  await delay(10_000);
  const scripts = (await counted.scripts()) - before;
  // A turn that runs renews its lease once a second at most. Whoever waits for it polls more often.
  const renewals = ids.length * ((performance.now() - since) / 1_000 + 1);
  expect(scripts).toBeLessThanOrEqual(renewals);
});

it('a turn that waits is begun when those before it have left', async () => {
  const id = await aConversation(client);
  const running = await openTurn(client, id, script(['say', 'a'], ['untilAborted']));
  const body = { message: 'gone', onConflict: 'enqueue' };
  attackers.follow(20, () => toBytes(client, 'POST', turnsOf(id), body));
  await until(async () => (await queued()) >= 20);
  const patient = runTurn(client, id, 'stays', { onConflict: 'enqueue' });
  await until(async () => (await queued()) >= 21);
  attackers.stop();
  await client.post(`${turnsOf(id)}/${running.turnId}/cancel`, undefined);
  const { status, body: answer } = await patient;
  expect([status, answer.messages[0]?.parts]).toEqual([201, [{ type: 'text', text: 'stays' }]]);
});
