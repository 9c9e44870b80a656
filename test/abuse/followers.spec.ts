import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Orchestrator, TurnOutput } from 'conversation-store';
import type { ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { aConversation, followTurn, openTurn } from '../support/turns.js';
import { CountedService } from './counted-service.js';

const FOLLOWERS = 600;
const EVENTS = 60;
/** A turn writes its events in batches, and its reader reads them in batches: at most one for each event. */
const SCRIPTS_OF_A_TURN = 4 * EVENTS;

let open: () => void;
let gate: Promise<void>;

/** Says a word, waits until everybody follows, and then says much. */
class GatedOrchestrator implements Orchestrator {
  async *answer(): AsyncIterable<TurnOutput> {
    yield 'a';
    await gate;
    for (let i = 0; i < EVENTS; i++) {
      yield { type: 'part', part: { type: 'data-tick', data: i, transient: true } };
      await delay(5);
    }
  }
}

let counted: CountedService;
let client: ApiClient;

beforeEach(async () => {
  gate = new Promise((resolve) => (open = resolve));
  counted = await CountedService.start({ orchestrator: GatedOrchestrator });
  client = counted.service.client();
});
afterEach(() => counted.close());

it('600 followers of a turn cost as many scripts as one', async () => {
  const id = await aConversation(client);
  const first = await openTurn(client, id, 'hello');
  const followers = [first];
  while (followers.length < FOLLOWERS) {
    const opened = Array.from({ length: 50 }, () => followTurn(client, id, first.turnId));
    followers.push(...(await Promise.all(opened)));
  }
  expect(new Set(followers.map(({ status }) => status))).toEqual(new Set([200]));
  await until(() => followers.every(({ said }) => said === 'a'));

  const before = await counted.scripts();
  open();
  await until(() => followers.every(({ isDone }) => isDone));
  expect((await counted.scripts()) - before).toBeLessThan(SCRIPTS_OF_A_TURN);
  for (const { events } of followers) expect(events).toEqual(first.events);
});
