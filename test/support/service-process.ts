import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ApiClient } from './api-client.js';
import { freePort, until } from './redis-server.js';
import { TEST_SECRET } from './token.js';

/** The service as it is run: a process of the built code, as `npm test` has built it. */
export class ServiceProcess {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly chunks: string[],
  ) {}

  /** Starts it with these variables, and waits until it listens. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, ['dist/main.js'], {
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
    await until(() => service.output.includes('Listening on') || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`The service did not start:\n${service.output}`);
    return service;
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.chunks.join('');
  }

  client(user?: Parameters<typeof ApiClient.for>[1]): ApiClient {
    return ApiClient.for(this.url, user);
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
