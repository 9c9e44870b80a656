import { toBytes } from '../../../bench/load/requests.js';
import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack } from '../attack.js';
import {
  storeConversations,
  storeLabelledConversations,
  storeLargeConversation,
} from '../stored-data.js';

/** One user who reads, and takes what comes. */
export const READ_ATTACKS: readonly Attack[] = [
  {
    name: 'one user reads 200 messages of 60 KB on 12 connections',
    prepare: async (target) => {
      const client = target.client();
      const path = await storeLargeConversation(client, 200);
      const request = toBytes(client, 'GET', `${path}/messages?limit=200`);
      return () => target.attackers.repeat(12, () => request);
    },
  },
  {
    name: 'one user reads lists of 100 labelled conversations on 64 connections',
    prepare: async (target) => {
      const client = target.client();
      await storeLabelledConversations(client, 200);
      const request = toBytes(client, 'GET', `${CONVERSATIONS}?limit=100`);
      return () => target.attackers.repeat(64, () => request);
    },
  },
  {
    name: 'one user reads small conversations on 256 connections',
    prepare: async (target) => {
      const client = target.client();
      const messages = Array.from({ length: 50 }, () => ({ content: 'A train to Rome?' }));
      const [id] = (await storeConversations(client, 1, { messages })) as [string];
      const request = toBytes(client, 'GET', `${CONVERSATIONS}/${id}?messages=50`);
      return () => target.attackers.repeat(256, () => request);
    },
  },
];
