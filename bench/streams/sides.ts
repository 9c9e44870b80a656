import { randomUUID } from 'node:crypto';
import { CONVERSATIONS } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { concurrently } from '../load/filling.js';
import { startService } from '../load/pinned-service.js';
import { answer } from '../load/requests.js';
import type { StreamRequest } from './stream-client.js';

/** More turns at once than a benchmark starts. */
const ENVIRONMENT = { MAX_RUNNING_TURNS: '2000', MAX_STREAMS: '4000' } as const;

/** A server that streams answers. */
export interface Side {
  readonly process: ServiceProcess;
  /** Requests of a stream of so many tokens each, by as many users. */
  readonly prepare: (streams: number, tokens: number) => Promise<StreamRequest[]>;
}

/** The service with an orchestrator of tokens. */
export function startTickingService(redisUrl: string): Promise<ServiceProcess> {
  const script = 'bench/streams/ticking-service.mjs';
  return startService({ REDIS_URL: redisUrl, ...ENVIRONMENT }, { script });
}

export function serviceSide(process: ServiceProcess): Side {
  return {
    process,
    prepare: async (streams, tokens) => {
      const clients = Array.from({ length: streams }, () => process.client());
      const requests: StreamRequest[] = [];
      await concurrently(clients, async (client) => {
        const { id } = await answer<{ id: string }>(client.post(CONVERSATIONS, {}));
        const path = `${CONVERSATIONS}/${id}/turns`;
        requests.push(aRequest(process.port, path, client.token, tokens));
      });
      return requests;
    },
  };
}

/** The server that is written by hand. */
export async function startHandMadeSide(redisUrl: string): Promise<Side> {
  const script = 'bench/streams/hand-made-server.mjs';
  const process = await startService({ REDIS_URL: redisUrl }, { script });
  const prepare = async (streams: number, tokens: number): Promise<StreamRequest[]> =>
    Array.from({ length: streams }, () =>
      aRequest(process.port, `/chat/${randomUUID()}`, process.client().token, tokens),
    );
  return { process, prepare };
}

function aRequest(port: number, path: string, token: string, tokens: number): StreamRequest {
  return { port, method: 'POST', path, token, body: { message: `${tokens} tokens` } };
}
