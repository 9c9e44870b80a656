import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../../test/support/api-client.js';
import { ServiceProcess } from '../../../test/support/service-process.js';
import { pin, PROCESSOR } from '../../load/pin.js';
import { SERVICE_FLAGS } from '../../load/pinned-service.js';
import type { ConversationServer, Thread } from './server.js';
import { PEER_ENVIRONMENT } from './server-environment.js';

/** Starts a script of this folder that serves a peer, with a folder for the files that the peer writes. */
export async function startPeer(
  script: string,
  openThread: (client: ApiClient, messages: number) => Promise<Thread>,
): Promise<ConversationServer> {
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));
  const environment = { ...PEER_ENVIRONMENT, FOLDER: folder };
  // All servers have the flags of Conversation Store.
  const path = `bench/peers/http/${script}`;
  const server = await ServiceProcess.start(environment, path, SERVICE_FLAGS);
  pin(server.pid, PROCESSOR.measured);
  // No peer requires a token here.
  const client = new ApiClient(server.url, '');
  return {
    port: server.port,
    pid: server.pid,
    openThread: (messages) => openThread(client, messages),
    stop: async () => {
      await server.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
