import { setTimeout as letLoadRun } from 'node:timers/promises';
import type { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { repeatFor, type Nemesis } from './nemesis.js';

/** Milliseconds of ordinary load between two strikes. */
const BREATH_MS = 200;

/** Scripts answer with an array; a heartbeat's PONG is none. */
const ARRAY = '*'.charCodeAt(0);

/** Loses the reply to a script that has run, with the connection. */
export function dropReplies(proxy: TcpFaultProxy): Nemesis {
  return {
    name: 'a reply lost with its connection',
    causes: ['unknown'],
    strike: async (forMs, served) => {
      let dropped = 0;
      await repeatFor(forMs, async () => {
        await proxy.dropNextReply((reply) => reply[0] === ARRAY);
        dropped++;
        await served();
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
    strike: async (forMs) => {
      let cut = 0;
      await repeatFor(forMs, async () => {
        cut += proxy.cut();
        await letLoadRun(BREATH_MS);
      });
      return cut;
    },
  };
}

/**
 * Lets nothing through until the service has given up, and then everything: what was sent before
 * arrives late, over connections that nobody has any more.
 */
export function stallConnections(proxy: TcpFaultProxy, timeoutMs: number): Nemesis {
  return {
    name: 'connections stalled, delivered late',
    causes: ['refused', 'unknown'],
    strike: async (forMs) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        proxy.stall();
        await letLoadRun(Math.max(2 * timeoutMs, forMs / 3));
        proxy.resume();
        strikes++;
        await letLoadRun(BREATH_MS);
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
    strike: async (forMs) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        for (const share of [0.5, 1.2]) {
          proxy.replies.delayMs = share * timeoutMs;
          await letLoadRun(Math.max(1.5 * timeoutMs, forMs / 6));
          strikes++;
        }
        proxy.replies.delayMs = 0;
        await letLoadRun(BREATH_MS);
      });
      return strikes;
    },
  };
}
