import { existsSync, readFileSync } from 'node:fs';

const FOLDER = 'bench/peers';

/** When the peers are not installed, prints the command that installs them and ends the process. */
export function assertInstalled(): void {
  if (existsSync(`${FOLDER}/node_modules/.package-lock.json`)) return;
  console.error(`The peers are not installed. First run: npm ci --prefix ${FOLDER}`);
  process.exit(1);
}

/** The name with the installed version. */
export function installed(name: string): string {
  const path = `${FOLDER}/node_modules/${name}/package.json`;
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return `${name} ${version}`;
}
