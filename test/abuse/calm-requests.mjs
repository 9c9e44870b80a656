import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * Sends the calm requests and the probes at their rates, and measures each answer. It runs in a thread of
 * its own, because the sockets of an attack would delay what it measures. It is plain JavaScript, so that a
 * thread can run it without a build.
 */
const { port, probePort, requests, requestsPerSecond, probesPerSecond, newcomersPerSecond } =
  workerData;

/** Milliseconds after which a request counts as unanswered. */
const PATIENCE_MS = 20_000;

/** The users are connected before the attack. Newcomers are measured apart. */
const CONNECTIONS = 8;

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, scheduling: 'fifo' });
const samples = [];
const pending = new Set();
let isRunning = true;

/** Milliseconds since the epoch, for comparison with the clock of the main thread. */
function now() {
  return performance.timeOrigin + performance.now();
}

/** The status; 0 when there is no answer. */
function send({ method, path, headers, body, isChunked, toPort = port }, agentOfRequest) {
  return new Promise((resolve) => {
    const length = body === undefined || isChunked ? {} : { 'Content-Length': body.length };
    const outgoing = request(
      {
        port: toPort,
        host: '127.0.0.1',
        method,
        path,
        agent: agentOfRequest,
        headers: { ...headers, ...length },
      },
      (incoming) => {
        incoming.resume();
        incoming.once('close', () => resolve(incoming.complete ? incoming.statusCode : 0));
      },
    );
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy());
    outgoing.once('error', () => resolve(0));
    // Node announces the length of a body that `end` gets alone.
    if (isChunked) outgoing.write(body);
    outgoing.end(isChunked ? undefined : body);
  });
}

async function measure(kind, options, agentOfRequest) {
  const startedAt = now();
  const status = await send(options, agentOfRequest);
  samples.push({ kind, startedAt, ms: now() - startedAt, status });
}

/** An open loop: users do not wait for each other. */
async function repeat(perSecond, next) {
  const begun = performance.now();
  for (let n = 0; isRunning; n++) {
    const early = begun + (n * 1_000) / perSecond - performance.now();
    if (early > 0) await delay(early);
    const measured = next(n);
    pending.add(measured);
    void measured.then(() => pending.delete(measured));
  }
}

/** Like a kubelet, with a connection of its own each time. */
const PROBE = { method: 'GET', path: '/health/live', headers: {}, toPort: probePort };
const READ = requests.find(({ method }) => method === 'GET');

await Promise.all(Array.from({ length: CONNECTIONS }, () => send(READ, agent)));

const loops = [
  repeat(requestsPerSecond, (n) => measure('request', requests[n % requests.length], agent)),
  repeat(probesPerSecond, () => measure('probe', PROBE, false)),
  repeat(newcomersPerSecond, () => measure('newcomer', READ, false)),
];

parentPort.once('message', async () => {
  isRunning = false;
  await Promise.all(loops);
  await Promise.all(pending);
  agent.destroy();
  parentPort.postMessage(samples);
});
