import { setTimeout as letLoadRun } from 'node:timers/promises';
import { repeatFor, type Nemesis } from './nemesis.js';

/** A database server that a test can end and stop. */
export interface ServerProcess {
  readonly pid: number;
  kill(): Promise<void>;
  run(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** Ends the server with SIGKILL, and starts it again on what it has written to disk. */
export function killAndRestart(server: ServerProcess, name = 'kill -9, restart with AOF'): Nemesis {
  return {
    name,
    causes: ['refused'],
    strike: async (forMs, clients) => {
      const pids = new Set([server.pid]);
      await repeatFor(forMs, async () => {
        await server.kill();
        await clients.meet('refused');
        await server.run();
        pids.add(server.pid);
        await clients.areServed();
      });
      return pids.size - 1;
    },
  };
}

/** Stops the server for longer than the service waits for it; what it was sent waits in its sockets. */
export function freeze(
  server: ServerProcess,
  { name, causes }: Pick<Nemesis, 'name' | 'causes'> = {
    name: 'SIGSTOP, SIGCONT',
    causes: ['refused', 'unknown'],
  },
): Nemesis {
  return {
    name,
    causes,
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        server.freeze();
        try {
          const met = causes.map((effect) => clients.meet(effect));
          await Promise.all([...met, letLoadRun(forMs / 3)]);
        } finally {
          server.thaw();
        }
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}
