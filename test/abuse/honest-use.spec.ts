import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import {
  CONVERSATIONS,
  type ApiBody,
  type ApiClient,
  type ConversationBody,
} from '../support/api-client.js';
import { CountedService } from './counted-service.js';
import { storeLabelledConversations, storeLargeConversation } from './stored-data.js';

const MESSAGES = 260;
const LABELLED = 230;
const ROUNDS = 3;

let counted: CountedService;
let client: ApiClient;
let path: string;
let ids: readonly string[];
/** One connection. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  counted = await CountedService.start();
  client = counted.service.client();
  path = await storeLargeConversation(client, MESSAGES);
  ids = [path.split('/').at(-1) as string, ...(await storeLabelledConversations(client, LABELLED))];
});
afterAll(async () => {
  agent.destroy();
  await counted.close();
});

/** The text of an answer that is not refused. */
function getText(pathOfRequest: string): Promise<string> {
  const headers = { Authorization: `Bearer ${client.token}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(client.url + pathOfRequest, { agent, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.once('end', () => {
        if (incoming.statusCode === 200) resolve(text);
        else reject(new Error(`Status ${incoming.statusCode ?? 0}: ${text}`));
      });
    });
    outgoing.once('error', reject).end();
  });
}

async function get(pathOfRequest: string): Promise<ApiBody> {
  return JSON.parse(await getText(pathOfRequest)) as ApiBody;
}

const ALL_SEQS = Array.from({ length: MESSAGES }, (_, i) => i + 1);

describe('one user alone, at the full speed of one connection,', () => {
  it('reads the largest pages forwards, and sees every message once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const seqs: number[] = [];
      for (let hasMore = true; hasMore;) {
        const page = await get(`${path}/messages?limit=200&after=${seqs.at(-1) ?? 0}`);
        expect(page.data.length).toBeGreaterThan(0);
        seqs.push(...page.data.map(({ seq }) => seq));
        hasMore = page.hasMore;
      }
      expect(seqs).toEqual(ALL_SEQS);
    }
  });

  it('reads the largest pages backwards, and sees every message once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      let seqs: number[] = [];
      for (let hasMore = true; hasMore;) {
        const before = seqs[0] === undefined ? '' : `&before=${seqs[0]}`;
        const page = await get(`${path}/messages?limit=200${before}`);
        expect(page.data.length).toBeGreaterThan(0);
        seqs = [...page.data.map(({ seq }) => seq), ...seqs];
        hasMore = page.hasMore;
      }
      expect(seqs).toEqual(ALL_SEQS);
    }
  });

  it('opens the conversation with as many messages as fit, and those are the last ones', async () => {
    const { messages, messageCount } = await get(`${path}?messages=200`);
    expect(messageCount).toBe(MESSAGES);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.map(({ seq }) => seq)).toEqual(ALL_SEQS.slice(-messages.length));
  });

  it('lists the largest pages, and sees every conversation once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: ApiBody = await get(`${CONVERSATIONS}?limit=100${query}`);
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect([...seen].sort()).toEqual([...ids].sort());
    }
  });

  it('exports everything, every conversation and every message once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const text = await getText(`${CONVERSATIONS}/export`);
      const lines = text.trim().split('\n');
      const exported = lines.map((line) => JSON.parse(line) as ConversationBody);
      expect(exported.map(({ id }) => id).sort()).toEqual([...ids].sort());
      const large = exported.find(({ id }) => id === ids[0]);
      expect(large?.messages.map(({ seq }) => seq)).toEqual(ALL_SEQS);
    }
  });
});
