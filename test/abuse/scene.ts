import { SERVICE_FLAGS } from '../../bench/load/pinned-service.js';
import { ApiClient } from '../support/api-client.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';
import type { Attack, Surroundings, Target } from './attack.js';
import { Attackers } from './attackers.js';
import { CalmTenant } from './calm-tenant.js';

/** The heap of a pod of 512 MB. */
const HEAP_FLAG = '--max-old-space-size=384';

/** The orchestrator of the tests answers turns. */
const SCRIPT = 'test/support/scripted-service.mjs';

const CALM_TENANT = 'calm';

/** The built service as a process, its own Redis, the calm tenant and the attackers. */
export class Scene implements Target {
  private constructor(
    readonly service: ServiceProcess,
    readonly redis: RedisServer | undefined,
    readonly attackers: Attackers,
    readonly calm: CalmTenant,
    private readonly surroundings: Surroundings,
  ) {}

  static async set({ driver, surroundings: around }: Attack): Promise<Scene> {
    const surroundings = (await around?.()) ?? {};
    const { environment = {}, flags = [], tokens = aToken } = surroundings;
    const redis = driver === 'memory' ? undefined : await RedisServer.start();
    const probePort = await freePort();
    const settings: Record<string, string> = {
      METRICS_PORT: String(probePort),
      // As in production: text for people costs several times as much.
      LOG_FORMAT: 'json',
      ...(redis ? { REDIS_URL: redis.url } : { STORE_DRIVER: 'memory' }),
    };
    const allFlags = [...SERVICE_FLAGS, HEAP_FLAG, ...flags];
    let service: ServiceProcess | undefined;
    try {
      service = await ServiceProcess.start({ ...settings, ...environment }, SCRIPT, allFlags);
      const tokenOf = (user: number): string => tokens({ tid: CALM_TENANT, sub: `user-${user}` });
      const calm = await CalmTenant.start(service.url, probePort, tokenOf);
      return new Scene(service, redis, new Attackers(service.port), calm, surroundings);
    } catch (error) {
      await service?.stop('SIGKILL');
      await redis?.stop();
      await surroundings.close?.();
      throw error;
    }
  }

  client(): ApiClient {
    const { tokens = aToken } = this.surroundings;
    return new ApiClient(this.service.url, tokens({ tid: 'attackers', sub: 'mallory' }));
  }

  async close(): Promise<void> {
    this.attackers.stop();
    await this.calm.abandon();
    await this.service.stop('SIGKILL');
    await this.redis?.stop();
    await this.surroundings.close?.();
  }
}
