import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.js';
import { until } from './redis-server.js';

/** What `npm run demo` runs, as `npm test` has built it: the service, the example and the page. */
export class DemoProcess {
  private output = '';

  private constructor(
    private readonly process: ChildProcess,
    readonly serviceUrl: string,
  ) {}

  static async start(environment: Readonly<Record<string, string>>): Promise<DemoProcess> {
    const [port, pagePort] = [await freePort(), await freePort()];
    const child = spawn(process.execPath, ['examples/dist/demo/main.js'], {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        PAGE_PORT: String(pagePort),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const demo = new DemoProcess(child, `http://127.0.0.1:${port}`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (demo.output += chunk));
    }
    await until(() => demo.link !== undefined || child.exitCode !== null, 60_000);
    if (child.exitCode !== null) throw new Error(`The demo did not start:\n${demo.output}`);
    return demo;
  }

  /** The address of the page that it prints, with a token. */
  get link(): string | undefined {
    return /http:\S+#token=\S+(?=\n)/.exec(this.output)?.[0];
  }

  async stop(): Promise<number | null> {
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
    return this.process.exitCode;
  }
}
