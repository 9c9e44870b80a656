import { toBytes } from '../../../bench/load/requests.js';
import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack } from '../attack.js';
import { rawHead } from '../raw-head.js';
import { storeConversations } from '../stored-data.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Bodies that are announced, half sent or large, and heads that do not end. */
export const BODY_ATTACKS: readonly Attack[] = [
  {
    name: '32 silent connections announce chunked bodies without a token',
    prepare: ({ attackers }) => {
      const head = rawHead('POST', CONVERSATIONS, { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' });
      return () => attackers.follow(32, () => head);
    },
  },
  {
    name: 'one user sends half of 200 bodies of 1 MiB',
    prepare: (target) => {
      const Authorization = `Bearer ${target.client().token}`;
      const length = { 'Content-Length': String(2 ** 20) };
      const head = rawHead('POST', CONVERSATIONS, { Authorization, ...JSON_TYPE, ...length });
      const half = Buffer.concat([head, Buffer.alloc(2 ** 19, ' ')]);
      return () => target.attackers.follow(200, () => half);
    },
  },
  {
    name: 'one user appends bodies of 1 MB on 16 connections',
    prepare: async (target) => {
      const client = target.client();
      const [id] = (await storeConversations(client, 1)) as [string];
      const messages = Array.from({ length: 16 }, () => ({ content: 'x'.repeat(60_000) }));
      const request = toBytes(client, 'POST', `${CONVERSATIONS}/${id}/messages`, { messages });
      return () => target.attackers.repeat(16, () => request);
    },
  },
  {
    name: '2,000 connections send a head at one byte a second',
    prepare: ({ attackers }) => {
      const head = Buffer.from(`GET ${CONVERSATIONS} HTTP/1.1\r\nHost: localhost\r\nX-Slow: `);
      return () => attackers.trickle(2_000, head);
    },
  },
];
