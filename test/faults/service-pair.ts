import { ApiClient } from '../support/api-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';
import type { FaultUser } from './ledger.js';

/** Two processes of the service on the same database, as behind a load balancer. */
export class ServicePair {
  private readonly clients = new Map<string, readonly ApiClient[]>();

  private constructor(
    readonly services: ServiceProcess[],
    private readonly startProcess: () => Promise<ServiceProcess>,
  ) {}

  static async start(
    environment: Readonly<Record<string, string>>,
    script?: string,
  ): Promise<ServicePair> {
    const variables = { MAX_MESSAGES_PER_CONVERSATION: '1000000', ...environment };
    const start = (): Promise<ServiceProcess> => ServiceProcess.start(variables, script);
    return new ServicePair(await Promise.all([start(), start()]), start);
  }

  /** Ends one of them with SIGKILL. */
  async kill(index: number): Promise<void> {
    await this.services[index]?.stop('SIGKILL');
  }

  /** Starts a process in the place of one that has ended. */
  async replace(index: number): Promise<void> {
    this.services[index] = await this.startProcess();
    this.clients.clear();
  }

  /** The user's client of one of the two; any number will do. */
  client({ tid, sub }: FaultUser, turn: number): ApiClient {
    const user = `${tid}/${sub}`;
    const token = aToken({ tid, sub });
    const clients =
      this.clients.get(user) ?? this.services.map(({ url }) => new ApiClient(url, token));
    this.clients.set(user, clients);
    return clients[turn % clients.length] as ApiClient;
  }

  /** The last that each of them has said. */
  latestLogs(): string {
    return this.services.map(({ output }) => output.split('\n').slice(-30).join('\n')).join('\n\n');
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }
}
