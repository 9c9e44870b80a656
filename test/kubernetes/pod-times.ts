import { readManifest, textOf, type Deployment, type Probe } from './manifests.js';

const SETTINGS = new Map(
  textOf('base/settings.env')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => line.split('=', 2) as [string, string]),
);

/**
 * The times of the Deployment and of its settings. So that a test need not wait for real seconds, a second of
 * the manifests may be shorter here. The time that the service may take for its own work is never shorter.
 */
export class PodTimes {
  private readonly pod = readManifest<Deployment>('base/deployment.yaml').spec.template.spec;

  constructor(private readonly secondMs: number) {}

  get startup(): Probe {
    return this.pod.containers[0].startupProbe;
  }

  get liveness(): Probe {
    return this.pod.containers[0].livenessProbe;
  }

  get readiness(): Probe {
    return this.pod.containers[0].readinessProbe;
  }

  get drainMs(): number {
    return this.ms(this.manifestDrainMs / 1_000);
  }

  /** From SIGTERM until a kubelet kills the container. */
  get graceMs(): number {
    const graceMs = this.pod.terminationGracePeriodSeconds * 1_000;
    return graceMs - this.manifestDrainMs + this.drainMs;
  }

  ms(seconds: number): number {
    return Math.round(seconds * this.secondMs);
  }

  private get manifestDrainMs(): number {
    return Number(SETTINGS.get('SHUTDOWN_DRAIN_MS'));
  }
}
