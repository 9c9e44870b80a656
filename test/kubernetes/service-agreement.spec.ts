import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readAppConfig, type AppConfig } from '../../src/config/app-config.js';
import { readEnvironment } from '../../src/config/environment.js';
import { freePort } from '../support/free-port.js';
import { startService } from '../support/service.js';
import {
  find,
  readManifest,
  render,
  textOf,
  type ConfigMap,
  type Deployment,
  type Manifest,
  type Secret,
  type ServiceMonitor,
} from './manifests.js';

/** Milliseconds that closing the store takes at most: a tiered one flushes for five seconds. */
const STORE_CLOSE_MS = 10_000;

const BASE = render('base');
const DEPLOYMENT = find<Deployment>(BASE, 'Deployment');
const POD = DEPLOYMENT.spec.template.spec;
const [CONTAINER] = POD.containers;
const PORTS = new Map(CONTAINER.ports.map(({ name, containerPort }) => [name, containerPort]));

/** What the containers of an overlay get, with the placeholders of its Secret. */
function environmentOf(overlay: string): Record<string, string> {
  const { data } = find<ConfigMap>(render(overlay), 'ConfigMap');
  const { stringData } = readManifest<Secret>(`${overlay}/secret.example.yaml`);
  return { ...data, ...stringData };
}

function config(overlay: string): AppConfig {
  return readAppConfig(environmentOf(overlay));
}

describe.each([
  ['overlays/example', 'redis'],
  ['overlays/example-tiered', 'tiered'],
])('%s', (overlay, driver) => {
  it('sets variables that the service knows, to values that it takes in production', () => {
    const known = Object.keys(readEnvironment({}).environment);
    const set = Object.keys(environmentOf(overlay));
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
    expect(config(overlay)).toMatchObject({ isProduction: true, store: { driver } });
  });

  it('has an ingress that waits for a turn, and lets the service say what is too large', () => {
    const { annotations = {} } = find(render(overlay), 'Ingress').metadata;
    const setting = (name: string): string =>
      annotations[`nginx.ingress.kubernetes.io/${name}`] ?? '';
    const { http, turns } = config(overlay);
    expect(Number(setting('proxy-read-timeout')) * 1_000).toBeGreaterThan(
      turns.waitMs + turns.timeoutMs,
    );
    expect(parseInt(setting('proxy-body-size')) * 1024 * 1024).toBeGreaterThan(http.bodyLimit);
    expect(setting('proxy-buffering')).toBe('off');
  });
});

describe('the pods', () => {
  it('have the ports that the service listens on, and that others name', () => {
    const manifests = render('overlays/example');
    const { http, metrics } = config('overlays/example');
    expect(PORTS).toEqual(
      new Map([
        ['http', http.port],
        ['metrics', metrics.port],
      ]),
    );
    const service = JSON.stringify(find(manifests, 'Service'));
    for (const name of PORTS.keys()) expect(service).toContain(`"targetPort":"${name}"`);
    expect(JSON.stringify(find(manifests, 'Ingress'))).toContain('"port":{"name":"http"}');
    expect(JSON.stringify(find(manifests, 'ServiceMonitor'))).toContain('"port":"metrics"');
    const policy = JSON.stringify(find(manifests, 'NetworkPolicy'));
    for (const name of PORTS.keys()) expect(policy).toContain(`{"port":"${name}"}`);
  });

  it('are asked on routes that there are', async () => {
    const metricsPort = await freePort();
    const service = await startService({ environment: { METRICS_PORT: String(metricsPort) } });
    const urls: Record<string, string> = {
      http: service.url,
      metrics: `http://127.0.0.1:${metricsPort}`,
    };
    const probes = [CONTAINER.startupProbe, CONTAINER.livenessProbe, CONTAINER.readinessProbe];
    try {
      for (const { httpGet } of probes) {
        expect(PORTS.has(httpGet.port)).toBe(true);
        expect((await fetch(`${urls[httpGet.port]}${httpGet.path}`)).status).toBe(200);
      }
      // The port of the service is asked once: whether it listens.
      expect(probes.map(({ httpGet }) => httpGet.port)).toEqual(['http', 'metrics', 'metrics']);
      expect(CONTAINER.livenessProbe.httpGet.path).toBe('/health/live');
      expect(CONTAINER.readinessProbe.httpGet.path).toBe('/health/ready');
    } finally {
      await service.close();
    }
  });

  it('are scraped where they serve metrics', async () => {
    const monitor = find<ServiceMonitor>(render('overlays/example'), 'ServiceMonitor');
    const port = await freePort();
    const service = await startService({ environment: { METRICS_PORT: String(port) } });
    try {
      for (const { path } of monitor.spec.endpoints) {
        const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
        expect(status).toBe(200);
        // Clients cannot have them.
        expect((await service.client().get(path)).status).toBe(404);
      }
    } finally {
      await service.close();
    }
  });

  it('have as long to stop as the service takes', () => {
    const { drainMs, finishMs } = config('overlays/example').http;
    const graceMs = POD.terminationGracePeriodSeconds * 1_000;
    expect(graceMs).toBeGreaterThanOrEqual(drainMs + finishMs + STORE_CLOSE_MS);
  });

  it('are what all that selects pods selects', () => {
    const { labels } = DEPLOYMENT.spec.template.metadata;
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'Deployment']) {
      expect(selectorOf(find(BASE, kind))).toEqual(labels);
    }
  });

  it('may do nothing that the restricted profile of Kubernetes refuses', () => {
    const { initContainers = [] } = find<Deployment>(
      render('overlays/example-tiered'),
      'Deployment',
    ).spec.template.spec;
    expect(initContainers).toHaveLength(1);
    expect(POD.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of [CONTAINER, ...initContainers]) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    expect(POD.automountServiceAccountToken).toBe(false);
  });

  it('run what the image has', () => {
    const tiered = find<Deployment>(render('overlays/example-tiered'), 'Deployment');
    const { initContainers = [], containers } = tiered.spec.template.spec;
    for (const { command } of [...initContainers, ...containers]) expect(command).toBeUndefined();
    const scripts = initContainers.map(({ args = [] }) => args.join(' '));
    expect(scripts).toEqual(['dist/cli/migrate.js']);
    expect(existsSync('src/cli/migrate.ts')).toBe(true);
  });

  it('get no variables of other Services: one called redis would set REDIS_PORT', () => {
    expect(Object.keys(readEnvironment({}).environment)).toContain('REDIS_PORT');
    expect(POD.enableServiceLinks).toBe(false);
  });
});

it('no secret is in what is applied', () => {
  for (const folder of ['base', 'overlays/example', 'overlays/example-tiered']) {
    expect(render(folder).map(({ kind }) => kind)).not.toContain('Secret');
    const { resources } = parse(textOf(`${folder}/kustomization.yaml`)) as { resources: string[] };
    expect(resources.join()).not.toContain('secret');
  }
});

/** A Service has its labels in the selector itself, and the others below it. */
function selectorOf(manifest: Manifest): unknown {
  const { spec } = manifest as unknown as { spec: Record<string, Record<string, unknown>> };
  const selector = spec['selector'] ?? spec['podSelector'];
  return selector?.['matchLabels'] ?? selector;
}
