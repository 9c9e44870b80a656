/**
 * Writes the bill of materials of the service, in CycloneDX's JSON, to the standard output: the packages of
 * `npm ci --omit=dev`. `npm sbom --omit=dev` alone leaves out each of them that development needs, too
 * (Nest and ioredis among them), and fails where only they are installed. It is asked about a copy of
 * package.json and the lock file, therefore, in which development needs nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = Object.entries(lock.packages).filter(([, { dev }]) => !dev);
delete manifest.devDependencies;
delete lock.packages[''].devDependencies;

const temporary = mkdtempSync(join(tmpdir(), 'sbom-'));
try {
  // The bill calls the service as its folder is called.
  const folder = join(temporary, manifest.name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const lockOfService = { ...lock, packages: Object.fromEntries(packages) };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockOfService));
  const args = ['--package-lock-only', '--sbom-type=application', '--sbom-format=cyclonedx'];
  execFileSync('npm', ['sbom', ...args], { cwd: folder, stdio: 'inherit' });
} finally {
  rmSync(temporary, { recursive: true });
}
