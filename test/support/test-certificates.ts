import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A name that the certificates are for. They are for `localhost` too, and not for 127.0.0.1. */
export const CERTIFIED_NAME = 'redis.test';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];

/** What servers may present: all but the first is to be refused. */
export type Presented = 'valid' | 'for another name' | 'from a stranger' | 'expired';

const LASTING = ['-startdate', '20200101000000Z', '-enddate', '20491231000000Z'];
const OVER = ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'];

/** An authority of a test's own, and the certificate that all servers of a topology present. */
export class TestCertificates {
  private readonly folder = mkdtempSync(join(tmpdir(), 'test-certificates-'));
  readonly keyFile = this.file('server.key');
  readonly certificateFile = this.file('server.crt');
  readonly authorityFile = this.file('ca.crt');

  constructor() {
    writeFileSync(this.file('ca.cnf'), AUTHORITY);
    writeFileSync(this.file('issued'), '');
    for (const name of ['ca', 'stranger']) {
      this.openssl(`req -x509 -subj /CN=${name} -days 2 -out ${name}.crt`, [...KEY, `${name}.key`]);
    }
    this.openssl(`req -subj /CN=${CERTIFIED_NAME} -out server.csr`, [...KEY, 'server.key']);
    this.sign('valid', LASTING);
    this.sign('expired', OVER);
    this.sign('for another name', [...LASTING, '-extensions', 'another_name']);
    this.sign('from a stranger', [...LASTING, '-cert', 'stranger.crt', '-keyfile', 'stranger.key']);
    this.present('valid');
  }

  /** What a client must trust, PEM. */
  get authority(): string {
    return readFileSync(this.authorityFile, 'utf8');
  }

  /** What servers present that start from now on, or are told to read the file again. */
  present(what: Presented): void {
    copyFileSync(this.file(what), this.certificateFile);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `openssl ca`, for it is the one that in every version lets choose both dates. */
  private sign(what: Presented, args: readonly string[]): void {
    this.openssl('ca -batch -config ca.cnf -in server.csr', [...args, '-out', what]);
  }

  private openssl(command: string, args: readonly string[]): void {
    execFileSync('openssl', [...command.split(' '), ...args], {
      cwd: this.folder,
      stdio: 'ignore',
    });
  }

  private file(name: string): string {
    return join(this.folder, name);
  }
}

const AUTHORITY = `
[ca]
default_ca = tests
[tests]
certificate = ca.crt
private_key = ca.key
database = issued
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = subject
x509_extensions = names
[subject]
commonName = supplied
[names]
subjectAltName = DNS:${CERTIFIED_NAME}, DNS:localhost
[another_name]
subjectAltName = DNS:another.test
`;
