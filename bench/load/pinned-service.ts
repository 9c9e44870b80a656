import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RedisServer } from '../../test/support/redis-server.js';
import { ServiceProcess } from '../../test/support/service-process.js';
import { pin, PROCESSOR } from './pin.js';

/** The flags of `npm start` in this checkout. */
export const SERVICE_FLAGS = serviceFlags('.');

/** `npm start` is `node <flags> dist/main.js`. */
function serviceFlags(checkout: string): string[] {
  const file = join(checkout, 'package.json');
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  return scripts.start.split(' ').slice(1, -1);
}

interface PackageJson {
  readonly scripts: { readonly start: string };
}

/** Conversations may grow for as long as a benchmark runs, and a user may have many. */
const SERVICE_ENVIRONMENT = {
  MAX_MESSAGES_PER_CONVERSATION: '1000000',
  MAX_CONVERSATIONS_PER_USER: '1000000',
} as const;

/** A benchmark that fails or is interrupted leaves no service behind. One that has ended gets no signal. */
const started = new Set<ServiceProcess>();
process.on('exit', () => {
  for (const service of started) service.signal('SIGKILL');
});

interface StartOptions {
  /** The folder of a built checkout. */
  readonly checkout?: string;
  readonly script?: string;
  /** Flags of Node.js in addition to those of `npm start`. */
  readonly flags?: readonly string[];
}

/** Starts the built service as `npm start` does, or another script in the same way. */
export async function startService(
  environment: Readonly<Record<string, string>>,
  { checkout = '.', script = join(checkout, 'dist/main.js'), flags = [] }: StartOptions = {},
): Promise<ServiceProcess> {
  const variables = { ...SERVICE_ENVIRONMENT, ...environment };
  const service = await ServiceProcess.start(variables, script, [
    ...serviceFlags(checkout),
    ...flags,
  ]);
  started.add(service);
  return service;
}

/** The built service on a processor of its own. Redis and the generator of the load share the other one. */
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
    pin(service.pid, PROCESSOR.measured);
    pin(redis.pid, PROCESSOR.other);
    pin(process.pid, PROCESSOR.other);
    return new PinnedService(service, redis);
  }

  get port(): number {
    return this.process.port;
  }

  get pid(): number {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.redis.stop();
  }
}
