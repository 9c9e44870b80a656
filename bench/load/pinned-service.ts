import { readFileSync } from 'node:fs';
import { RedisServer } from '../../test/support/redis-server.js';
import { ServiceProcess } from '../../test/support/service-process.js';
import { pin } from './pin.js';

/** Those of `npm start`, which is `node <flags> dist/main.js`. */
export const SERVICE_FLAGS = startScript().split(' ').slice(1, -1);

function startScript(): string {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as PackageJson;
  return scripts.start;
}

interface PackageJson {
  readonly scripts: { readonly start: string };
}

/** Conversations may grow for as long as a benchmark runs. */
const SERVICE_ENVIRONMENT = { MAX_MESSAGES_PER_CONVERSATION: '1000000' } as const;

/** The built service as `npm start` runs it, or another script in the same way. */
export function startService(
  environment: Readonly<Record<string, string>>,
  { script = 'dist/main.js', flags = [] }: { script?: string; flags?: readonly string[] } = {},
): Promise<ServiceProcess> {
  const variables = { ...SERVICE_ENVIRONMENT, ...environment };
  return ServiceProcess.start(variables, script, [...SERVICE_FLAGS, ...flags]);
}

/** The built service on a processor of its own; Redis and whoever makes the load share another. */
export class PinnedService {
  private constructor(
    readonly process: ServiceProcess,
    readonly redis: RedisServer,
  ) {}

  static async start(
    environment: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
  ): Promise<PinnedService> {
    const redis = await RedisServer.start();
    const service = await startService({ REDIS_URL: redis.url, ...environment }, { flags }).catch(
      async (error: unknown) => {
        await redis.stop();
        throw error;
      },
    );
    pin(service.pid, 0);
    pin(redis.pid, 1);
    pin(process.pid, 1);
    return new PinnedService(service, redis);
  }

  get port(): number {
    return Number(new URL(this.process.url).port);
  }

  get pid(): number {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.redis.stop();
  }
}
