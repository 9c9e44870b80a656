import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface CommandOptions {
  /** All of the environment but for PATH, so that a test says all that counts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; this folder when absent. */
  readonly folder?: string;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the built code as a process of its own, as `npm test` has built it. */
export class CommandProcess {
  stdout = '';
  stderr = '';
  private readonly exited: Promise<unknown>;

  private constructor(private readonly process: ChildProcess) {
    process.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    process.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.exited = once(process, 'close');
  }

  /** `script` is relative to `dist`. */
  static start(
    script: string,
    args: readonly string[],
    { environment = {}, folder = process.cwd() }: CommandOptions = {},
  ): CommandProcess {
    return new CommandProcess(
      spawn(process.execPath, [resolve('dist', script), ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  static run(...command: Parameters<typeof CommandProcess.start>): Promise<CommandResult> {
    return CommandProcess.start(...command).end();
  }

  /** Waits until it has ended; with a signal, sends that first. */
  async end(signal?: NodeJS.Signals): Promise<CommandResult> {
    if (signal) this.process.kill(signal);
    await this.exited;
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}
