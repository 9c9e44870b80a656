import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresProgram, postgresUser } from './postgres-programs.ts';
import type { TestCertificates } from './test-certificates.ts';

/** The settings of one server, as postgresql.conf has them. */
export type PostgresSettings = Readonly<Record<string, string | number>>;

/** The folder of one PostgreSQL server: its socket, its log and its data. Its user owns it. */
export class PostgresFolder {
  readonly user = postgresUser();
  readonly path = mkdtempSync(join(tmpdir(), 'postgres-server-'));
  readonly data = join(this.path, 'data');

  constructor() {
    this.giveToServer(this.path);
  }

  /** Makes the data of a new cluster, whose superuser is `postgres`. */
  initialize(): void {
    this.run('initdb', ['-D', this.data, '-U', 'postgres', '-E', 'UTF8', '--auth=trust'], {
      options: ['--no-locale', '--no-sync'],
    });
  }

  /** Makes the data of a standby by copying a server that runs. */
  copyFrom(socketFolder: string, port: number): void {
    this.run('pg_basebackup', ['-D', this.data, '-h', socketFolder, '-p', String(port)], {
      options: ['-U', 'postgres', '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync'],
    });
  }

  configure(settings: PostgresSettings): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
    appendFileSync(join(this.data, 'postgresql.conf'), `${lines.join('\n')}\n`);
  }

  /** Who may enter: everybody by the socket, and over TCP those that the lines name. */
  admit(lines: readonly string[]): void {
    const local = ['local all all trust', 'local replication all trust'];
    writeFileSync(join(this.data, 'pg_hba.conf'), `${[...local, ...lines].join('\n')}\n`);
  }

  /** PostgreSQL wants to own its key, and that nobody else can read it. */
  addCertificate({ certificateFile, keyFile }: TestCertificates): void {
    for (const [from, name] of [
      [certificateFile, 'server.crt'],
      [keyFile, 'server.key'],
    ] as const) {
      const copy = join(this.data, name);
      copyFileSync(from, copy);
      chmodSync(copy, 0o600);
      this.giveToServer(copy);
    }
  }

  /** Copies the data of a server that is not running. */
  copyData(): void {
    this.copy(this.data, this.backup);
  }

  /** Puts the copy in the place of the data of a server that is not running. */
  restoreData(): void {
    this.copy(this.backup, this.data);
  }

  get log(): string {
    return readFileSync(join(this.path, 'log'), 'utf8');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private get backup(): string {
    return join(this.path, 'backup');
  }

  /** With the owner and the rights of each file, which PostgreSQL insists on. */
  private copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
  }

  private run(program: string, args: string[], { options }: { options: string[] }): void {
    execFileSync(postgresProgram(program), [...args, ...options], {
      cwd: this.path,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...this.user,
    });
  }

  private giveToServer(path: string): void {
    const { uid, gid } = this.user;
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  }
}
