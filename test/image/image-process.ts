import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/redis-server.js';
import type { ImageBuild } from './image-build.js';

/** Makes the root read-only for the processes that follow, and shows them their own processes alone. */
const ENTER = `
  root=$1 workdir=$2 user=$3 group=$4
  shift 4
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
  exec unshare --pid --fork --kill-child --mount-proc --root="$root" --wd="$workdir" \\
    --setgid="$group" --setuid="$user" "$@"
`;

/** Whether this machine lets the tests separate a process as an engine does. */
export const CAN_SEPARATE = process.platform === 'linux' && process.getuid?.() === 0;

/**
 * A process of the image. For root it is as in a container: process 1, with the image as its whole file
 * system, read-only, as the user of the image, with no right to more, and with the environment of the image
 * and nothing else. It shares the network of this machine. For another user it is a plain process.
 */
export class ImageProcess {
  output = '';

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
    }
  }

  static start(
    { root, config }: ImageBuild,
    [program = '', ...args]: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): ImageProcess {
    // An engine gives a user without a name the root as its home.
    const environment = { HOME: '/', ...config.environment, ...variables };
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    if (!CAN_SEPARATE) {
      const options = { cwd: join(root, config.workdir), env: environment, stdio };
      return new ImageProcess(spawn(join(root, program), args, options));
    }
    const [user = '', group = user] = config.user.split(':');
    const settings = [root, config.workdir, user, group];
    return new ImageProcess(
      spawn(
        'setpriv',
        [
          ...['--clear-groups', '--no-new-privs', 'unshare', '--mount', '--propagation', 'private'],
          ...['sh', '-ec', ENTER, 'sh', ...settings, program, ...args],
        ],
        { env: { PATH: process.env['PATH'], ...environment }, stdio },
      ),
    );
  }

  /** What the kernel says of the process itself: /proc/<pid>/status. */
  get status(): string {
    return readFileSync(`/proc/${this.pid}/status`, 'utf8');
  }

  async listening(): Promise<void> {
    const hasBegun = (): boolean => this.output.includes('Listening on');
    await until(() => hasBegun() || this.process.exitCode !== null);
    if (!hasBegun()) throw new Error(`The image did not start:\n${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Waits until it has ended, and returns its exit code. */
  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, 'close');
    }
    return this.process.exitCode;
  }

  /** Ends it the hard way, if it has not ended. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited();
  }

  /** As this machine counts it. Process 1 of its own is the child of `unshare`. */
  private get pid(): number {
    const outer = this.process.pid as number;
    if (!CAN_SEPARATE) return outer;
    return Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim());
  }
}
