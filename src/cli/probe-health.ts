import { get } from 'node:http';

/** Milliseconds. The health check of the image gives up after three seconds. */
const TIME_LIMIT_MS = 2_000;

/** Addresses that stand for all network interfaces, and the one of them that this machine reaches. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Asks the service with these variables, on this machine, whether it lives. Loading the configuration
 * takes ten times as long as the question, and the platform asks every few seconds: only the variables
 * `HOST`, `PORT` and `METRICS_PORT` are read here, as the service reads them.
 * @throws Error, with what is wrong
 */
export function probeHealth({ HOST, PORT, METRICS_PORT }: NodeJS.ProcessEnv): Promise<void> {
  const address = isSet(HOST) ? HOST : '0.0.0.0';
  const options = {
    host: LOOPBACK_OF[address] ?? address,
    port: Number([METRICS_PORT, PORT].find(isSet) ?? 3000),
    path: '/health/live',
    agent: false,
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  } as const;
  return new Promise((resolve, reject) => {
    get(options, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`The service answers ${response.statusCode}.`));
    }).once('error', ({ message }) => {
      reject(new Error(`The service does not answer: ${message}.`));
    });
  });
}

/** An empty variable counts as not set, as it does for the service. */
function isSet(variable: string | undefined): variable is string {
  return variable !== undefined && variable !== '';
}
