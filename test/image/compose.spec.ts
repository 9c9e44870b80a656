import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readAppConfig } from '../../src/config/app-config.js';
import { readEnvironment } from '../../src/config/environment.js';
import { parseDockerfile, readImageConfig, type Stage } from './dockerfile.js';

const FOLDER = 'deploy/container';

interface Container {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly read_only: boolean;
  readonly restart: string;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

interface Composition {
  readonly services: Readonly<Record<string, Container>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(FOLDER, 'compose.yaml'), 'utf8');
const example = variablesOf(readFileSync(join(FOLDER, 'example.env'), 'utf8'));
const composition = parse(interpolate(text), { merge: true }) as Composition;
const { service, redis, postgres, prometheus, grafana } = composition.services as Readonly<
  Record<'service' | 'redis' | 'postgres' | 'prometheus' | 'grafana', Container>
>;
const containers = Object.entries(composition.services);
const image = readImageConfig(parseDockerfile(readFileSync('Dockerfile', 'utf8')).at(-1) as Stage);

function yaml(path: string): unknown {
  return parse(readFileSync(join(FOLDER, path), 'utf8'));
}

/** As Compose does where no variable is set: by the default, which every variable has. */
function interpolate(template: string): string {
  return template.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

function variablesOf(file: string): Map<string, string> {
  const lines = file.split('\n').filter((line) => /^[A-Z]/.test(line));
  return new Map(lines.map((line) => line.split('=', 2) as [string, string]));
}

function mountsOf({ volumes = [] }: Container): { source: string; target: string }[] {
  return volumes.map((volume) => {
    const [source = '', target = ''] = volume.split(':');
    return { source, target };
  });
}

/** The command line of Redis: names and values in turn. */
function directivesOf({ command = [] }: Container): Map<string, string> {
  const [, ...words] = command;
  const names = words.filter((_word, index) => index % 2 === 0);
  return new Map(names.map((name, index) => [name.slice(2), words[2 * index + 1] ?? '']));
}

describe('compose.yaml', () => {
  it('leaves no variable without a default: one command starts everything', () => {
    expect(interpolate(text)).not.toMatch(/\$\{/);
  });

  it('has an example that names every variable with its default, and no other', () => {
    const defaults = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const passed = Object.entries(service.environment ?? {}).filter(([, value]) => value === null);
    const expected = [...defaults, ...passed.map(([name]) => [name, ''])] as [string, string][];
    expect(Object.fromEntries(example)).toEqual(Object.fromEntries(expected));
  });

  it.each(containers)('gives %s no right that it does not need', (_name, container) => {
    expect(container).toMatchObject({
      read_only: true,
      restart: 'unless-stopped',
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    for (const port of container.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(containers)('takes %s by a tag', (_name, { image: name }) => {
    expect(name).toMatch(/^[\w./-]+:(?!latest$)[\w.-]+$/);
  });

  it.each(containers)('mounts to %s what is there', (_name, container) => {
    for (const { source, target } of mountsOf(container)) {
      expect(target).toMatch(/^\//);
      if (!source.startsWith('.')) expect(composition.volumes).toHaveProperty(source);
      else expect([source, existsSync(join(FOLDER, source))]).toEqual([source, true]);
    }
    for (const network of container.networks) expect(composition.networks).toHaveProperty(network);
  });

  it('builds the image of the Dockerfile, and publishes its port', () => {
    expect(resolve(FOLDER, service.build?.context ?? '')).toBe(process.cwd());
    expect(service.ports?.[0]?.split(':').at(-1)).toBe(image.ports[0]);
    expect(service.tmpfs).toEqual([`${image.workdir}/.dev:uid=10001,gid=10001,mode=0700`]);
    expect(image.user).toBe('10001:10001');
  });

  it('starts the service once its servers are healthy', () => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe('service_healthy');
      expect(composition.services[name]).toHaveProperty('healthcheck');
    }
  });

  it('sets only variables that the service knows, and such that it starts and generates a secret', () => {
    const variables = Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([name, value]) => [name, value ?? '']),
    );
    const known = Object.keys(readEnvironment({}).environment);
    expect(Object.keys(variables).filter((name) => !known.includes(name))).toEqual([]);
    expect(readAppConfig({ ...image.environment, ...variables })).toMatchObject({
      isProduction: false,
      auth: { keys: { kind: 'secret', generated: true } },
      store: {
        driver: 'tiered',
        redis: { topology: { node: { host: 'redis', port: 6379 } } },
        postgres: { host: 'postgres', port: 5432 },
      },
    });
  });

  it('lets nobody but the containers reach Redis and PostgreSQL, which have passwords', () => {
    for (const server of [redis, postgres]) {
      expect(server.networks).toEqual(['servers']);
      expect(server).not.toHaveProperty('ports');
    }
    expect(composition.networks['servers']).toEqual({ internal: true });
    const password = service.environment?.['REDIS_PASSWORD'];
    expect(directivesOf(redis).get('requirepass')).toBe(password);
    expect(postgres.environment?.['POSTGRES_PASSWORD']).toBe(
      service.environment?.['DATABASE_PASSWORD'],
    );
  });

  it('has a Redis that persists what it holds, and deletes nothing', () => {
    expect(Object.fromEntries(directivesOf(redis))).toMatchObject({
      appendonly: 'yes',
      appendfsync: 'everysec',
      maxmemory: '256mb',
      'maxmemory-policy': 'noeviction',
    });
    expect(mountsOf(redis)).toEqual([{ source: 'redis', target: '/data' }]);
  });
});

describe('Prometheus and Grafana', () => {
  it('scrape the service at the port of its metrics, by the name that the alerts expect', () => {
    const target = `service:${service.environment?.['METRICS_PORT']}`;
    expect(yaml('prometheus.yaml')).toMatchObject({
      rule_files: ['alerts.yaml'],
      scrape_configs: [{ job_name: 'conversation-store', static_configs: [{ targets: [target] }] }],
    });
    const folder = '/etc/prometheus';
    const targets = mountsOf(prometheus).map((mount) => mount.target);
    expect(targets).toEqual(expect.arrayContaining([`${folder}/alerts.yaml`]));
    expect(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')).toContain(
      'job="conversation-store"',
    );
  });

  it('show the dashboard from the data source of this Prometheus', () => {
    const [source] = (yaml('grafana/datasources/prometheus.yaml') as { datasources: unknown[] })
      .datasources;
    expect(source).toMatchObject({ type: 'prometheus', isDefault: true });
    expect(source).toMatchObject({ url: 'http://prometheus:9090' });
    const provider = yaml('grafana/dashboards/conversation-store.yaml') as {
      providers: { options: { path: string } }[];
    };
    const path = `${provider.providers[0]?.options.path}/conversation-store.json`;
    expect(mountsOf(grafana).map(({ target }) => target)).toContain(path);
    expect(grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(path);
  });
});
