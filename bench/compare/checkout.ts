import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { folder } from '../command-line.js';

const USAGE =
  'npm run bench:compare -- FOLDER_OF_ANOTHER_CHECKOUT [ROUNDS] [--quick] [--at-least 0.97]';

/** The built checkout that the command line names. Without one, the process ends with a message. */
export function checkoutToCompare(): string {
  if (folder === undefined) return fail(`Usage: ${USAGE}`);
  const checkout = resolve(folder);
  if (!existsSync(`${checkout}/package.json`)) return fail(`${folder} is not a checkout.`);
  if (!existsSync(`${checkout}/dist/main.js`)) {
    return fail(`${folder} is not built. First run there: npm ci && npm run build`);
  }
  return checkout;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
