import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiClient } from './api-client.js';
import { ALERT_RULES, RULES_TEXT } from './alert-rules.js';
import { PrometheusServer } from './prometheus.js';
import { freePort } from './free-port.js';
import { until } from './redis-server.js';
import { ServiceProcess } from './service-process.js';
import { TierServers } from './tier-servers.js';

const ALICE = { sub: 'alice', tid: 'contoso' };
const SCRIPTED = 'test/support/scripted-service.mjs';

/** A real Prometheus that scrapes the service with each driver, and whose rules fire without waiting. */
export class AlertScene {
  private constructor(
    readonly servers: TierServers,
    readonly admin: Redis,
    readonly tiered: ServiceProcess,
    readonly postgres: ServiceProcess,
    /** A test may restart it. */
    public memory: ServiceProcess,
    readonly prometheus: PrometheusServer,
  ) {}

  static async start(): Promise<AlertScene> {
    const servers = await TierServers.start();
    const redis = `redis://127.0.0.1:${servers.redis.port}`;
    const { postgres: database } = servers;
    const environment = { MAX_CONCURRENT_REQUESTS: '4', TURN_LEASE_MS: '1000' };
    const [tiered, postgres, memory] = await Promise.all([
      ServiceProcess.start(
        {
          ...environment,
          REDIS_URL: redis,
          DATABASE_URL: await database.createDatabase(),
          MAX_DIRTY_CONVERSATIONS: '1000',
        },
        SCRIPTED,
      ),
      ServiceProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' }),
      AlertScene.startMemory(await freePort()),
    ]);
    const targets = [tiered, postgres, memory].map(({ port }) => `127.0.0.1:${port}`);
    const rules = RULES_TEXT.replaceAll(/^( +for:) .*$/gm, '$1 0s');
    const prometheus = await PrometheusServer.start({ targets, rules });
    const admin = new Redis(servers.redis.port, { retryStrategy: () => 50 });
    admin.on('error', () => undefined);
    return new AlertScene(servers, admin, tiered, postgres, memory, prometheus);
  }

  private static startMemory(port: number): Promise<ServiceProcess> {
    const environment = { STORE_DRIVER: 'memory', MEMORY_LIMIT: '1048576', PORT: String(port) };
    return ServiceProcess.start(environment, SCRIPTED);
  }

  get client(): ApiClient {
    return this.tiered.client(ALICE);
  }

  async create(client: ApiClient = this.client, content = 'hi'): Promise<string> {
    const { status, body } = await client.post(CONVERSATIONS, { messages: [{ content }] });
    if (status !== 201) throw new Error(`A create answered ${status}.`);
    return body.id;
  }

  turn(client: ApiClient, id: string, ...steps: readonly (readonly [string, unknown?])[]) {
    return client.post(`${CONVERSATIONS}/${id}/turns`, { message: JSON.stringify(steps) });
  }

  /** Uses everything once, so that every metric has a value. */
  async use(): Promise<void> {
    const { client } = this;
    const id = await this.create();
    await this.turn(client, id, ['say', 'hello']);
    await client.post(`${CONVERSATIONS}/flush`, undefined);
    await this.servers.cool({ tenantId: ALICE.tid, userId: ALICE.sub }, id);
    await client.get(`${CONVERSATIONS}/${id}`);
    await this.create(this.postgres.client());
    await this.create(this.memory.client());
  }

  /** Does something again and again until an alert fires, and gives its summary. */
  async fires(
    name: string,
    work: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string> {
    if (!ALERT_RULES.some(({ alert }) => alert === name)) throw new Error(`No alert ${name}.`);
    let summary: string | undefined;
    await until(async () => {
      await work().catch(() => undefined);
      summary = (await this.prometheus.firing()).get(name)?.annotations['summary'];
      return summary !== undefined;
    });
    return summary as string;
  }

  async restartMemory(): Promise<void> {
    const { port } = this.memory;
    await this.memory.stop('SIGKILL');
    this.memory = await AlertScene.startMemory(port);
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.prometheus.stop();
    await Promise.all(
      [this.tiered, this.postgres, this.memory].map((service) => service.stop('SIGKILL')),
    );
    await this.servers.stop();
  }
}
