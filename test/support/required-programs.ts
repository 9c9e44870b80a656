import { spawnSync } from 'node:child_process';
import { postgresProgram } from './postgres-programs.ts';

/** What the tests run, and how each tells that it is there. */
const PROGRAMS: readonly (readonly [program: string, argument: string])[] = [
  ['redis-server', '--version'],
  ['redis-cli', '--version'],
  [postgresProgram('postgres'), '--version'],
  ['openssl', 'version'],
  ['curl', '--version'],
  ['prometheus', '--version'],
  ['promtool', '--version'],
];

/** What a browser of Chromium's kind is called, on Debian and elsewhere. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The packages `postgresql` and `prometheus` start servers of their own on Debian: the tests do not use them. */
const INSTALL =
  'apt-get update && apt-get install -y --no-install-recommends redis-server postgresql openssl curl chromium prometheus';

/** Makes sure that the programs are there: installs them where it can, or says how to. */
export function requirePrograms(): void {
  if (missing().length === 0) return;
  if (process.getuid?.() === 0 && isThere('apt-get', '--version')) {
    spawnSync('sh', ['-c', INSTALL], { stdio: 'inherit' });
    if (missing().length === 0) return;
  }
  throw new Error(
    `The tests need ${missing().join(', ')} (Redis 6.2 or later, PostgreSQL 13 or later). On Debian or Ubuntu:\n\n` +
      `  sudo sh -c '${INSTALL}'\n\nOn macOS:\n\n  brew install redis postgresql openssl curl prometheus && brew install --cask chromium\n`,
  );
}

/** The name of a browser of Chromium's kind on the PATH. */
export function findChromium(): string | undefined {
  return BROWSERS.find((name) => isThere(name, '--version'));
}

function missing(): string[] {
  const programs = PROGRAMS.filter(([program, argument]) => !isThere(program, argument));
  const browsers = findChromium() === undefined ? ['chromium'] : [];
  return [...programs.map(([name]) => name), ...browsers];
}

function isThere(program: string, argument: string): boolean {
  return spawnSync(program, [argument]).error === undefined;
}
