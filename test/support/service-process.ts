import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ApiClient } from './api-client.js';
import { freePort } from './free-port.js';
import { until } from './redis-server.js';
import { TEST_SECRET } from './token.js';

/** The service as it is run: a process of the built code, as `npm test` has built it. */
export class ServiceProcess {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly chunks: string[],
  ) {}

  /** Starts it with these variables, and flags of Node's, and waits until it listens. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    script = 'dist/main.js',
    flags: readonly string[] = [],
  ): Promise<ServiceProcess> {
    const port = Number(environment['PORT'] ?? (await freePort()));
    const child = spawn(process.execPath, [...flags, script], {
      // Nothing of this process' own environment, so that a test says all that counts.
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        HOST: '127.0.0.1',
        PORT: String(port),
        JWT_SECRET: TEST_SECRET,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    }
    const service = new ServiceProcess(`http://127.0.0.1:${port}`, child, chunks);
    const hasBegun = (): boolean => service.output.includes('Listening on');
    // Several that start at once on a busy machine take long.
    await until(() => hasBegun() || child.exitCode !== null, 60_000).catch(() => child.kill());
    if (!hasBegun()) throw new Error(`The service did not start:\n${service.output}`);
    return service;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.chunks.join('');
  }

  /** Stops it so that its connections stay open and nothing answers on them. */
  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.process.kill('SIGCONT');
  }

  client(user?: Parameters<typeof ApiClient.for>[1]): ApiClient {
    return ApiClient.for(this.url, user);
  }

  /** Sends a signal that it is to live through. */
  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Nobody reads its log any more. */
  closeOutput(): void {
    this.process.stdout?.destroy();
    this.process.stderr?.destroy();
  }

  /** Waits until it ends by itself, and returns its exit code. */
  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, 'exit');
    }
    return this.process.exitCode;
  }

  /** Sends the signal, and returns the exit code and the milliseconds that it took. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; ms: number }> {
    const start = performance.now();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill(signal);
      await once(this.process, 'exit');
    }
    return { code: this.process.exitCode, ms: performance.now() - start };
  }
}
