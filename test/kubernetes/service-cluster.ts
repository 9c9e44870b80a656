import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/redis-server.js';
import { Pod, type PodEnvironment } from './pod.js';
import type { PodTimes } from './pod-times.js';
import { ServiceProxy } from './service-proxy.js';

/** Seconds from a change of a pod until the last node sends its connections accordingly. */
const ENDPOINTS_LAG_SECONDS = 3;

/** The pods of a Deployment behind its Service. */
export class ServiceCluster {
  private readonly current: Pod[] = [];
  /** Ends of the pods that were deleted. */
  readonly ends: { readonly code: number | null; readonly ms: number }[] = [];

  private constructor(
    readonly proxy: ServiceProxy,
    private readonly environment: PodEnvironment,
    readonly times: PodTimes,
  ) {}

  static async start(
    environment: PodEnvironment,
    times: PodTimes,
    replicas = 3,
  ): Promise<ServiceCluster> {
    const cluster = new ServiceCluster(await ServiceProxy.start(), environment, times);
    await Promise.all(Array.from({ length: replicas }, () => cluster.add()));
    return cluster;
  }

  get pods(): readonly Pod[] {
    return this.current;
  }

  /** Starts a pod, and waits until all nodes send connections to it. */
  async add(): Promise<Pod> {
    const pod = await Pod.start(this.environment, this.times, () => void this.publishLater());
    this.current.push(pod);
    await until(() => this.proxy.endpoints.includes(pod.port));
    return pod;
  }

  /** As the strategy of the Deployment has it: a pod more, and then one less. */
  async replace(pod: Pod): Promise<Pod> {
    const successor = await this.add();
    await this.remove(pod);
    return successor;
  }

  /** SIGTERM comes at once, and new connections for as long as a node does not know it. */
  async remove(pod: Pod): Promise<void> {
    this.current.splice(this.current.indexOf(pod), 1);
    const published = this.publishLater();
    this.ends.push(await pod.delete());
    await published;
  }

  /** A pod is killed, and the kubelet starts the container again. */
  async crash(pod: Pod): Promise<void> {
    await pod.crash();
    this.current.splice(this.current.indexOf(pod), 1);
    await this.add();
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await Promise.all(this.current.map((pod) => pod.delete()));
  }

  private async publishLater(): Promise<void> {
    const ready = (): number[] => this.current.filter((pod) => pod.isReady).map(({ port }) => port);
    await delay(this.times.ms(ENDPOINTS_LAG_SECONDS));
    this.proxy.endpoints = ready();
  }
}
