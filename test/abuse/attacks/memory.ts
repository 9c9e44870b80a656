import { roundRobin, toBytes } from '../../../bench/load/requests.js';
import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack } from '../attack.js';
import { storeConversations } from '../stored-data.js';

/** The calm tenant gets 404 when its conversations are evicted: such an answer counts as refused. */
export const MEMORY_ATTACK: Attack = {
  name: 'MEMORY_LIMIT of 4 MiB: one user runs turns of 9,900 events in 120 conversations',
  driver: 'memory',
  surroundings: async () => ({ environment: { MEMORY_LIMIT: String(4 * 2 ** 20) } }),
  prepare: async (target) => {
    const client = target.client();
    const ids = await storeConversations(client, 120);
    const body = { message: JSON.stringify([['events', 9_900]]) };
    const next = roundRobin(
      ids.map((id) => toBytes(client, 'POST', `${CONVERSATIONS}/${id}/turns`, body)),
    );
    return () => target.attackers.repeat(8, next);
  },
};
