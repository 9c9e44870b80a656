import { toBytes } from '../../../bench/load/requests.js';
import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack } from '../attack.js';
import { storeLargeConversation } from '../stored-data.js';

const CONNECTIONS = 40;
const PIPELINED = 80;

/** One user who asks, and takes no answer. */
export const UNREAD_ATTACKS: readonly Attack[] = [
  {
    name: 'one user sends 80 reads of 200 messages of 60 KB on one connection, and takes no answer',
    prepare: async (target) => {
      const client = target.client();
      const path = await storeLargeConversation(client, 200);
      const request = toBytes(client, 'GET', `${path}/messages?limit=200`);
      const requests = Buffer.concat(Array.from({ length: PIPELINED }, () => request));
      return () => target.attackers.hold(1, () => requests);
    },
  },
  {
    name: 'one user leaves an answer of 12 MB on each of 40 connections',
    prepare: async (target) => {
      const client = target.client();
      const path = await storeLargeConversation(client, 200);
      const request = toBytes(client, 'GET', `${path}/messages?limit=200`);
      return () => target.attackers.hold(CONNECTIONS, () => request);
    },
  },
  {
    name: 'one user leaves an export of 12 MB on each of 40 connections',
    prepare: async (target) => {
      const client = target.client();
      await storeLargeConversation(client, 200);
      const request = toBytes(client, 'GET', `${CONVERSATIONS}/export`);
      return () => target.attackers.hold(CONNECTIONS, () => request);
    },
  },
];
