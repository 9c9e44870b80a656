import { repeatFor, type Nemesis } from './nemesis.js';
import type { ServicePair } from './service-pair.js';

/** Ends one process of the service after the other with SIGKILL; another takes its place. */
export function killProcess(
  pair: ServicePair,
  name = 'kill -9 of a process of the service',
): Nemesis {
  return {
    name,
    causes: ['unknown'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        const index = strikes % pair.services.length;
        await pair.kill(index);
        await clients.meet('unknown');
        await pair.replace(index);
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}
