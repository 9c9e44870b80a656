import { setTimeout as delay } from 'node:timers/promises';
import { roundRobin, toBytes } from '../../../bench/load/requests.js';
import { CONVERSATIONS, type ApiClient } from '../../support/api-client.js';
import { FLUSHES_PER_SECOND } from '../../../src/turns/flush-pace.js';
import { EventStream } from '../../support/event-stream.js';
import type { Attack, Target } from '../attack.js';
import { rawHead } from '../raw-head.js';
import { storeConversations } from '../stored-data.js';

/** More turns wait in no conversation. */
const QUEUED_PER_CONVERSATION = 100;

function turnsPath(conversationId: string): string {
  return `${CONVERSATIONS}/${conversationId}/turns`;
}

/** The message that makes the orchestrator of the tests take these steps. */
function steps(...all: readonly (readonly [string, unknown?])[]): string {
  return JSON.stringify(all);
}

/** Begins a turn in a new conversation, which goes on without its client. Returns the conversation. */
async function beginTurn(client: ApiClient, message: string): Promise<string> {
  const [id] = (await storeConversations(client, 1)) as [string];
  const stream = await EventStream.open(client, 'POST', turnsPath(id), { body: { message } });
  if (stream.status !== 200) throw new Error(`The turn did not begin: status ${stream.status}.`);
  stream.leave();
  return id;
}

/** Requests to follow the turn of a conversation from its start. */
function following(client: ApiClient, id: string): Buffer {
  const Authorization = `Bearer ${client.token}`;
  return rawHead('GET', `${turnsPath(id)}/current/stream`, { Authorization });
}

const TALK = steps(['count', { to: 100_000, everyMs: 10 }]);

/** A turn of somebody else, which has to go on. */
let bystander: EventStream;

async function beginBystander(target: Target): Promise<void> {
  const client = target.service.client();
  const [id] = (await storeConversations(client, 1)) as [string];
  const body = { message: TALK };
  bystander = await EventStream.open(client, 'POST', turnsPath(id), { body });
}

/** One user with many turns, or with many clients of a turn. */
export const TURN_ATTACKS: readonly Attack[] = [
  {
    name: 'one user queues 2,000 turns, and hangs up after five seconds',
    prepare: async (target) => {
      const client = target.client();
      const message = steps(['untilAborted']);
      const ids = await Promise.all(Array.from({ length: 20 }, () => beginTurn(client, message)));
      const body = { message: 'next', onConflict: 'enqueue' };
      const next = roundRobin(ids.map((id) => toBytes(client, 'POST', turnsPath(id), body)));
      return async () => {
        target.attackers.follow(ids.length * QUEUED_PER_CONVERSATION, next);
        await delay(5_000);
        target.attackers.stop();
      };
    },
  },
  {
    name: 'one user runs turns in 1,000 conversations',
    // A turn runs to its end when its client has left. All turns together have this pace.
    scriptsAfter: FLUSHES_PER_SECOND,
    prepare: async (target) => {
      const client = target.client();
      const ids = await storeConversations(client, 1_000);
      const body = { message: TALK };
      const next = roundRobin(ids.map((id) => toBytes(client, 'POST', turnsPath(id), body)));
      return () => target.attackers.follow(ids.length, next);
    },
  },
  {
    name: '600 followers of one turn',
    prepare: async (target) => {
      const client = target.client();
      const request = following(client, await beginTurn(client, TALK));
      return () => target.attackers.follow(600, () => request);
    },
  },
  {
    name: 'one user leaves 200 streams of a turn of 1 MB unread',
    prepare: async (target) => {
      const client = target.client();
      const message = steps(['flood', { pieces: 100, bytes: 10_000 }], ['untilAborted']);
      const request = following(client, await beginTurn(client, message));
      return () => target.attackers.hold(200, () => request);
    },
  },
  {
    name: 'an orchestrator leaves a rejection unhandled in each turn',
    prepare: async (target) => {
      const client = target.client();
      const ids = await storeConversations(client, 4);
      const body = { message: steps(['stray', 'a stray rejection'], ['say', 'done']) };
      const requests = ids.map((id) => toBytes(client, 'POST', turnsPath(id), body));
      await beginBystander(target);
      return () => {
        for (const request of requests) target.attackers.repeat(1, () => request);
      };
    },
    inspect: async () =>
      bystander.ended === 'open' ? [] : ['The turn of another user has ended.'],
  },
];
