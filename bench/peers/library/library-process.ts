import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { RedisServer } from '../../../test/support/redis-server.js';
import { pin, PROCESSOR } from '../../load/pin.js';
import { SERVICE_FLAGS } from '../../load/pinned-service.js';
import { TEXT } from '../../load/workloads.js';
import type { LibraryTask } from './measure.js';

const WORKER = 'dist-bench/bench/peers/library/worker.js';

/** Runs a library in a process, on a processor and with a Redis of its own. */
export class LibraryProcess {
  private constructor(
    private readonly module: string,
    private readonly child: ChildProcess,
    private readonly redis: RedisServer,
  ) {}

  static async start(module: string): Promise<LibraryProcess> {
    const redis = await RedisServer.start();
    pin(redis.pid, PROCESSOR.other);
    const child = fork(WORKER, [module, redis.url, TEXT], {
      execArgv: SERVICE_FLAGS,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        LANGSMITH_TRACING: 'false',
        MASTRA_TELEMETRY_DISABLED: '1',
        MASTRA_OFFLINE: 'true',
      },
    });
    const library = new LibraryProcess(module, child, redis);
    await library.message();
    pin(child.pid as number, PROCESSOR.measured);
    return library;
  }

  /** Operations a second. */
  async measure(task: LibraryTask): Promise<number> {
    this.child.send(task);
    const { rate, error } = (await this.message()) as { rate?: number; error?: string };
    if (rate === undefined) throw new Error(`${this.module}: ${error}`);
    return rate;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    await this.redis.stop();
  }

  private async message(): Promise<unknown> {
    const ended = once(this.child, 'exit').then(() => {
      throw new Error(`${this.module} ended.`);
    });
    const [message] = (await Promise.race([once(this.child, 'message'), ended])) as [unknown];
    return message;
  }
}
