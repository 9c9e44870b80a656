import { parseNoArguments } from './no-arguments.js';
import { probeHealth } from './probe-health.js';
import { EXIT_CODE, runCommand } from './run-command.js';

const HEALTH_USAGE = `Usage: node dist/cli/health.js

Asks the service on this machine, at HOST and METRICS_PORT or PORT, for /health/live, within two seconds.
It is the health check of the image, which has no shell and no curl.

  --help   prints this

Exit codes: 0 when the service lives, 1 when it does not, 2 when the flags are wrong.
`;

async function health(): Promise<number> {
  await probeHealth(process.env);
  return EXIT_CODE.done;
}

process.exitCode = await runCommand(
  { usage: HEALTH_USAGE, parse: parseNoArguments, execute: health },
  process.argv.slice(2),
);
