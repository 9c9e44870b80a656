import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './redis-server.js';

export interface PrometheusOptions {
  /** `host:port` of each process that is scraped, every second. */
  readonly targets: readonly string[];
  /** The text of a file of rules. */
  readonly rules: string;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

/** A real Prometheus of the test's own, on loopback and a free port, with a folder of its own. */
export class PrometheusServer {
  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start({ targets, rules }: PrometheusOptions): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [{ job_name: 'conversation-store', static_configs: [{ targets }] }],
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config));
    writeFileSync(join(folder, 'rules.yaml'), rules);
    const port = await freePort();
    const args = [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ];
    const server = new PrometheusServer(
      port,
      folder,
      spawn('prometheus', args, { stdio: 'ignore' }),
    );
    await until(() => server.isReady());
    return server;
  }

  /**
   * The labels of the series that a query finds.
   * @throws Error with what Prometheus says of a query that is wrong
   */
  async query(query: string): Promise<readonly Readonly<Record<string, string>>[]> {
    const { result } = (await this.ask('query', { query })) as {
      result: { metric: Record<string, string> }[];
    };
    return result.map(({ metric }) => metric);
  }

  /** The names of all metrics that it has scraped. */
  async metricNames(): Promise<ReadonlySet<string>> {
    return new Set((await this.ask('label/__name__/values')) as string[]);
  }

  /** The alerts that fire now, by their names. */
  async firing(): Promise<ReadonlyMap<string, Alert>> {
    const { alerts } = (await this.ask('alerts')) as { alerts: Alert[] };
    const firing = alerts.filter(({ state }) => state === 'firing');
    return new Map(firing.map((alert) => [alert.labels['alertname'] ?? '', alert]));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill('SIGKILL');
      await once(this.process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask(path: string, parameters: Record<string, string> = {}): Promise<unknown> {
    const search = new URLSearchParams(parameters).toString();
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/${path}?${search}`);
    const { data, error } = (await response.json()) as { data?: unknown; error?: string };
    if (error !== undefined) throw new Error(`${error} (${search})`);
    return data;
  }

  private isReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

/** Runs a command of promtool on files of these texts, and returns what it prints. */
export function promtool(
  command: readonly string[],
  files: Readonly<Record<string, string>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return execFileSync('promtool', [...command, ...Object.keys(files).slice(-1)], {
      cwd: folder,
      encoding: 'utf8',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
