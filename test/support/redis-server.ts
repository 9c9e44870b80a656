import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real redis-server of the test's own, on loopback and a free port, with a folder of its own. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    /** Its configuration and what it writes to its disk. */
    readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  /** With directives of redis.conf as arguments, `--appendonly yes` say. */
  static async start(...args: string[]): Promise<RedisServer> {
    return RedisServer.startWith({ directives: ['save ""'], args });
  }

  /** With lines of redis.conf, which the server may rewrite: a fail-over makes it do so. */
  static async startWith({
    directives,
    tls = false,
    args = [],
  }: {
    readonly directives: readonly string[];
    /** Speak TLS alone. */
    readonly tls?: boolean;
    readonly args?: readonly string[];
  }): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'redis-server-'));
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      const ports = tls ? ['port 0', `tls-port ${port}`] : [`port ${port}`];
      const server = new RedisServer(port, folder, args);
      const places = ['bind 127.0.0.1', `dir ${folder}`, `unixsocket ${server.socket}`];
      writeFileSync(server.config, `${[...places, ...ports, ...directives].join('\n')}\n`);
      try {
        await server.run();
        return server;
      } catch (error) {
        // Another process may have taken the port meanwhile.
        if (tries === 3) throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.process?.pid as number;
  }

  /** Starts it, or starts it again on the same port with the same folder. */
  async run(): Promise<void> {
    const started = spawn('redis-server', [this.config, ...this.args], { stdio: 'ignore' });
    this.process = started;
    const hasEnded = (): boolean => started.exitCode !== null || started.signalCode !== null;
    await until(async () => hasEnded() || (await isServing(this.socket)));
    if (!hasEnded()) return;
    throw new Error(`redis-server ended with ${started.exitCode ?? started.signalCode}.`);
  }

  /** Ends it the hard way, as an outage would. */
  async kill(): Promise<void> {
    const process = this.process;
    this.process = undefined;
    if (process?.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  /** Stops it so that its connections stay open and nothing answers on them. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  /** Copies what it has written to its append-only file so far; without one, that is nothing. */
  copyData(): void {
    rmSync(this.copy, { recursive: true, force: true });
    cpSync(this.data, this.copy, { recursive: true });
  }

  /** Puts the copy in the place of the data of the server, which is not running. */
  restoreData(): void {
    this.removeData();
    cpSync(this.copy, this.data, { recursive: true });
  }

  /** Empties the server, which is not running. */
  removeData(): void {
    rmSync(this.data, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get config(): string {
    return join(this.folder, 'redis.conf');
  }

  private get socket(): string {
    return join(this.folder, 'redis.sock');
  }

  private get data(): string {
    return join(this.folder, 'appendonlydir');
  }

  private get copy(): string {
    return join(this.folder, 'copy');
  }
}

/** Waits for a condition. It gives up after a minute, or as long as is said: no test passes or fails by that. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('What was waited for did not happen.');
    await delay(10);
  }
}

/**
 * Whether the server with this socket is there and has its data. It has its port by then: it opens the socket after the
 * port, and ends when it gets no port. The port itself could not tell: whatever listens there may be another server.
 */
function isServing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path, () => socket.write('PING\r\n'));
    socket.on('data', (data) => {
      answer += data.toString();
      if (answer.includes('\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    // One that wants a password says so.
    socket.once('close', () => resolve(answer !== '' && !answer.startsWith('-LOADING')));
  });
}
