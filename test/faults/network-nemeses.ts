import { setTimeout as letLoadRun } from 'node:timers/promises';
import type { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { repeatFor, type Nemesis } from './nemesis.js';

/** Scripts answer with an array; a heartbeat's PONG is none. */
const ARRAY = '*'.charCodeAt(0);

/** Loses the reply to a script that has run, with the connection. */
export function dropReplies(proxy: TcpFaultProxy): Nemesis {
  return {
    name: 'a reply lost with its connection',
    causes: ['unknown'],
    strike: async (forMs, clients) => {
      let dropped = 0;
      await repeatFor(forMs, async () => {
        await proxy.dropNextReply((reply) => reply[0] === ARRAY);
        dropped++;
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
export function stallConnections(proxy: TcpFaultProxy): Nemesis {
  return {
    name: 'connections stalled, delivered late',
    causes: ['refused', 'unknown'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        proxy.stall();
        await Promise.all([
          clients.meet('unknown'),
          clients.meet('refused'),
          letLoadRun(forMs / 3),
        ]);
        proxy.resume();
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Answers that come, and late: at first still in time, then never in time. */
export function delayReplies(proxy: TcpFaultProxy, timeoutMs: number): Nemesis {
  return {
    name: 'replies delayed beyond REDIS_TIMEOUT',
    causes: ['unknown'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        proxy.replies.delayMs = 0.4 * timeoutMs;
        await Promise.all([clients.areServed(), letLoadRun(forMs / 6)]);
        strikes++;
        proxy.replies.delayMs = 1.2 * timeoutMs;
        await Promise.all([clients.meet('unknown'), letLoadRun(forMs / 6)]);
        strikes++;
        proxy.replies.delayMs = 0;
        await clients.areServed();
      });
      return strikes;
    },
  };
}
