import { setTimeout as letLoadRun } from 'node:timers/promises';
import { until } from '../support/redis-server.js';
import type { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import type { Effect } from './ledger.js';
import { repeatFor, type Nemesis } from './nemesis.js';

/** Loses the reply to a write that was made, with the connection. */
export function dropReplies(
  proxy: TcpFaultProxy,
  isReplyToWrite: (reply: Buffer) => boolean,
): Nemesis {
  return {
    name: 'a reply lost with its connection',
    causes: ['unknown'],
    strike: async (forMs, clients) => {
      let dropped = 0;
      await repeatFor(forMs, async () => {
        let hasMet = false;
        // A write may be one that the service itself repeats: a step of a turn.
        const met = clients.meet('unknown').finally(() => (hasMet = true));
        await until(async () => {
          await proxy.dropNextReply(isReplyToWrite);
          dropped++;
          return hasMet;
        });
        await met;
        await clients.areServed();
      });
      return dropped;
    },
  };
}

/** Cuts every connection, whatever is on its way. */
export function cutConnections(proxy: TcpFaultProxy): Nemesis {
  return {
    name: 'connections cut',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      let cut = 0;
      await repeatFor(forMs, async () => {
        const refused = clients.meet('refused').then(() => true);
        // A single cut may fall between two requests.
        do cut += proxy.cut();
        while (!(await Promise.race([refused, clients.areServed().then(() => false)])));
      });
      return cut;
    },
  };
}

/**
 * Lets nothing through until the service has given up, and then everything: what was sent before
 * arrives late, over connections that nobody has any more.
 */
export function stallConnections(
  proxy: TcpFaultProxy,
  causes: readonly Effect[] = ['refused', 'unknown'],
): Nemesis {
  return {
    name: 'connections stalled, delivered late',
    causes,
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        proxy.stall();
        const met = causes.map((effect) => clients.meet(effect));
        await Promise.all([...met, letLoadRun(forMs / 3)]);
        proxy.resume();
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Answers that come, and late: at first still in time, then never in time. */
export function delayReplies(
  proxy: TcpFaultProxy,
  timeoutMs: number,
  cause: Effect = 'unknown',
): Nemesis {
  return {
    name: 'replies delayed beyond the timeout',
    causes: [cause],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        proxy.replies.delayMs = 0.4 * timeoutMs;
        await Promise.all([clients.areServed(), letLoadRun(forMs / 6)]);
        strikes++;
        proxy.replies.delayMs = 1.2 * timeoutMs;
        await Promise.all([clients.meet(cause), letLoadRun(forMs / 6)]);
        strikes++;
        proxy.replies.delayMs = 0;
        await clients.areServed();
      });
      return strikes;
    },
  };
}
