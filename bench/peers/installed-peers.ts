import { existsSync, readFileSync } from 'node:fs';

const FOLDER = 'bench/peers';

/** @throws Error that says how to install them. */
export function assertInstalled(): void {
  if (existsSync(`${FOLDER}/node_modules/.package-lock.json`)) return;
  throw new Error(`The peers are not installed. Run: npm ci --prefix ${FOLDER}`);
}

/** The name with the version that is installed. */
export function installed(name: string): string {
  const path = `${FOLDER}/node_modules/${name}/package.json`;
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return `${name} ${version}`;
}
