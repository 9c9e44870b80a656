import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresFolder, type PostgresSettings } from './postgres-folder.ts';
import { postgresProgram } from './postgres-programs.ts';
import { childrenOf, isRunning, signalAll } from './process-tree.ts';
import { freePort } from './free-port.ts';
import { until } from './redis-server.ts';
import type { TestCertificates } from './test-certificates.ts';

/** The role that the tests connect as: it makes and owns their databases, and is no superuser. */
const ROLE = 'store';

/** The database that every server has. */
const DATABASE = 'conversations';

export interface PostgresServerOptions {
  /** Lines of postgresql.conf: `{ max_connections: 20 }`. */
  readonly settings?: PostgresSettings;
  /** The password that the role must show. Absent: none. */
  readonly password?: string;
  /** The server speaks TLS, and admits nobody without it. */
  readonly certificates?: TestCertificates;
  /** Whether a commit survives a crash of the machine. Absent: it does. */
  readonly isDurable?: boolean;
}

/** A real PostgreSQL of the test's own, on loopback and a free port, with a folder of its own. */
export class PostgresServer {
  private process: ChildProcess | undefined;
  private watchdog: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: PostgresFolder,
    private readonly password: string | undefined,
  ) {}

  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const folder = new PostgresFolder();
    folder.initialize();
    const server = new PostgresServer(await freePort(), folder, options.password);
    server.configure(options);
    await server.run();
    const password = options.password === undefined ? '' : `PASSWORD '${options.password}'`;
    await server.query(`CREATE ROLE ${ROLE} LOGIN CREATEDB ${password}`);
    await server.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
    return server;
  }

  /** A standby that follows a server, with what that server has now. */
  static async startStandby(
    primary: PostgresServer,
    settings: PostgresSettings = {},
  ): Promise<PostgresServer> {
    const folder = new PostgresFolder();
    folder.copyFrom(primary.folder.path, primary.port);
    const server = new PostgresServer(await freePort(), folder, primary.password);
    folder.configure({ ...server.address, ...settings });
    await server.run();
    return server;
  }

  get url(): string {
    return this.urlOf(DATABASE);
  }

  get pid(): number {
    return this.process?.pid as number;
  }

  /** Its data, its WAL and its log. */
  get path(): string {
    return this.folder.path;
  }

  /** What the server has written to its log. */
  get log(): string {
    return this.folder.log;
  }

  /** Makes an empty database, and returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${randomBytes(8).toString('hex')}`;
    await this.query(`CREATE DATABASE ${name} OWNER ${ROLE}`);
    return this.urlOf(name);
  }

  /** Runs a statement as superuser, whatever the server asks of others. */
  async query<Row extends object>(text: string, database = 'postgres'): Promise<Row[]> {
    const client = new pg.Client({
      host: this.folder.path,
      port: this.port,
      user: 'postgres',
      database,
    });
    // A server that is killed cuts the connection: the query below says so.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Runs a statement as superuser in a transaction that goes on until it is released. */
  async hold(text: string): Promise<{ release(): Promise<void> }> {
    const client = new pg.Client({
      host: this.folder.path,
      port: this.port,
      user: 'postgres',
      database: DATABASE,
    });
    await client.connect();
    await client.query('BEGIN');
    await client.query(text);
    return { release: () => client.end() };
  }

  /** Changes settings while the server runs: those that need no restart. */
  async set(settings: PostgresSettings): Promise<void> {
    for (const [name, value] of Object.entries(settings)) {
      await this.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    }
    await this.query('SELECT pg_reload_conf()');
    for (const [name, value] of Object.entries(settings)) {
      await until(async () => {
        const [row] = await this.query<{ setting: string }>(
          `SELECT setting FROM pg_settings WHERE name = '${name}'`,
        );
        return row?.setting === String(value);
      });
    }
  }

  /** Starts it, or starts it again on the same port with the same data. */
  async run(): Promise<void> {
    const log = openSync(join(this.folder.path, 'log'), 'a', 0o600);
    const server = spawn(postgresProgram('postgres'), ['-D', this.folder.data], {
      stdio: ['ignore', log, log],
      cwd: this.folder.path,
      ...this.folder.user,
    });
    closeSync(log);
    this.process = server;
    this.watchdog = this.watch(server.pid as number);
    await until(() => {
      if (hasExited(server)) throw new Error(`PostgreSQL has not started:\n${this.log}`);
      return this.answers();
    });
  }

  /** Ends it the hard way with all of its backends, as an outage would. */
  async kill(): Promise<void> {
    const server = this.process;
    if (!server || hasExited(server)) return;
    this.stopWatching();
    // A stopped postmaster starts no backend while its children are listed.
    server.kill('SIGSTOP');
    const children = childrenOf(this.pid);
    const exit = once(server, 'exit');
    signalAll([this.pid, ...children], 'SIGKILL');
    await exit;
    await until(() => !children.some(isRunning));
    // The id in it may by now belong to another process, which would keep the server from starting.
    this.removeSharedMemory();
    rmSync(join(this.folder.data, 'postmaster.pid'), { force: true });
  }

  /** Ends all sessions and starts it again, as an operator would. */
  async restart(): Promise<void> {
    await this.end('SIGINT');
    await this.run();
  }

  /** Ends it, copies its data, and starts it again. */
  async copyData(): Promise<void> {
    await this.kill();
    this.folder.copyData();
    await this.run();
  }

  /** Ends it, and starts it again on what was copied. */
  async restoreData(): Promise<void> {
    await this.kill();
    this.folder.restoreData();
    await this.run();
  }

  /** Stops it so that its connections stay open and nothing answers on them. */
  freeze(): void {
    signalAll([this.pid], 'SIGSTOP');
    signalAll(childrenOf(this.pid), 'SIGSTOP');
  }

  thaw(): void {
    signalAll([...childrenOf(this.pid), this.pid], 'SIGCONT');
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote()');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.end('SIGQUIT');
    this.folder.remove();
  }

  private urlOf(database: string): string {
    const password = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}`;
    return `postgres://${ROLE}${password}@127.0.0.1:${this.port}/${database}`;
  }

  private configure({ settings, password, certificates, isDurable = true }: PostgresServerOptions) {
    this.folder.configure({
      ...this.address,
      dynamic_shared_memory_type: 'mmap',
      shared_buffers: '32MB',
      ...(!isDurable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
      ...(certificates && { ssl: 'on' }),
      ...settings,
    });
    const method = password === undefined ? 'trust' : 'scram-sha-256';
    this.folder.admit([`${certificates ? 'hostssl' : 'host'} all all 127.0.0.1/32 ${method}`]);
    if (certificates) this.folder.addCertificate(certificates);
  }

  private get address(): PostgresSettings {
    return {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: this.folder.path,
    };
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.process;
    this.stopWatching();
    if (!server || hasExited(server)) return;
    const exit = once(server, 'exit');
    server.kill(signal);
    await exit;
  }

  private answers(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Ends the server when the process of the test dies, however it dies: its end of the pipe closes. */
  private watch(pid: number): ChildProcess {
    const script =
      'read -r _; kill -QUIT "$0" && kill -CONT "$0"; ' +
      'while kill -0 "$0"; do sleep 0.1; done; rm -rf "$1"';
    const watchdog = spawn('sh', ['-c', script, String(pid), this.folder.path], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      ...this.folder.user,
    });
    watchdog.unref();
    (watchdog.stdin as unknown as { unref(): void }).unref();
    return watchdog;
  }

  private stopWatching(): void {
    this.watchdog?.kill('SIGKILL');
    this.watchdog = undefined;
  }

  /** A server that is killed leaves a segment behind. */
  private removeSharedMemory(): void {
    const lines = readFileSync(join(this.folder.data, 'postmaster.pid'), 'utf8').split('\n');
    const segment = lines[6]?.trim().split(/\s+/)[1];
    if (segment !== undefined) spawnSync('ipcrm', ['-m', segment]);
  }
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
