import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import { ServiceProcess } from '../support/service-process.js';
import type { Probe } from './manifests.js';
import type { PodTimes } from './pod-times.js';

export type PodEnvironment = Readonly<Record<string, string>>;

const SCRIPT = 'test/support/scripted-service.mjs';

/** A process of the service, and what a kubelet does with it by the probes of the Deployment. */
export class Pod {
  /** How often the liveness probe has failed so often that a kubelet would have restarted the container. */
  restarts = 0;
  private readinessFailures = 0;
  private readonly ending = new AbortController();
  private ready = false;
  private readonly probing: Promise<unknown>;

  private constructor(
    readonly process: ServiceProcess,
    private readonly metricsPort: number,
    private readonly times: PodTimes,
    private readonly onReadiness: (pod: Pod) => void,
  ) {
    this.probing = Promise.all([this.watchLiveness(), this.watchReadiness()]);
  }

  /** Waits until its startup probe succeeds. */
  static async start(
    environment: PodEnvironment,
    times: PodTimes,
    onReadiness: (pod: Pod) => void,
  ): Promise<Pod> {
    const metricsPort = await freePort();
    const settings = {
      SHUTDOWN_DRAIN_MS: String(times.drainMs),
      METRICS_PORT: String(metricsPort),
    };
    const process = await ServiceProcess.start({ ...environment, ...settings }, SCRIPT);
    const { startup } = times;
    for (let failures = 0; !(await succeeds(process.port, startup));) {
      if (++failures >= startup.failureThreshold) throw new Error('The startup probe failed.');
      await delay(times.ms(startup.periodSeconds));
    }
    return new Pod(process, metricsPort, times, onReadiness);
  }

  get isReady(): boolean {
    return this.ready;
  }

  get port(): number {
    return this.process.port;
  }

  /** As a deletion does it: SIGTERM, and SIGKILL when the grace period is over. */
  async delete(): Promise<{ code: number | null; ms: number }> {
    this.ending.abort();
    const kill = setTimeout(() => this.process.signal('SIGKILL'), this.times.graceMs);
    const end = await this.process.stop('SIGTERM');
    clearTimeout(kill);
    await this.probing;
    return end;
  }

  /** As an out-of-memory kill does it: nobody is told before. */
  async crash(): Promise<void> {
    await this.process.stop('SIGKILL');
    this.ending.abort();
    this.setReady(false);
    await this.probing;
  }

  private watchLiveness(): Promise<void> {
    let failures = 0;
    return this.watch(this.times.liveness, (isAlive) => {
      failures = isAlive ? 0 : failures + 1;
      if (failures < this.times.liveness.failureThreshold) return;
      failures = 0;
      this.restarts++;
    });
  }

  private watchReadiness(): Promise<void> {
    const { failureThreshold } = this.times.readiness;
    return this.watch(this.times.readiness, (succeeded) => {
      this.readinessFailures = succeeded ? 0 : this.readinessFailures + 1;
      if (succeeded) this.setReady(true);
      else if (this.readinessFailures >= failureThreshold) this.setReady(false);
    });
  }

  private async watch(probe: Probe, tell: (succeeded: boolean) => void): Promise<void> {
    const { signal } = this.ending;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const succeeded = await succeeds(this.portOf(probe), probe);
      if (!isOver()) tell(succeeded);
      const period = delay(this.times.ms(probe.periodSeconds), undefined, { signal });
      await period.catch(() => undefined);
    }
  }

  private portOf({ httpGet }: Probe): number {
    return httpGet.port === 'metrics' ? this.metricsPort : this.port;
  }

  private setReady(isReady: boolean): void {
    if (this.ready === isReady) return;
    this.ready = isReady;
    this.onReadiness(this);
  }
}

/** As a kubelet asks: on a connection of its own; a status from 200 to 399 is a success. */
function succeeds(port: number, { httpGet, timeoutSeconds }: Probe): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutSeconds * 1_000);
    const url = `http://127.0.0.1:${port}${httpGet.path}`;
    get(url, { agent: false, signal }, ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 400);
    })
      .on('error', () => resolve(false))
      .on('response', (response) => response.resume().on('error', () => undefined));
  });
}
