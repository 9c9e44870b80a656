import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that outgoing connections take, and so is the bus of a cluster's node: 10,000 above. */
const FIRST = 11_000;
const COUNT = 11_000;
const BUS_OFFSET = 10_000;

/** Test processes that run beside each other begin at different ports. */
let next = Math.floor(Math.random() * COUNT);

/** A port that is free, and the one of the bus of a cluster's node with it. No process gets one twice. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = FIRST + (next++ % COUNT);
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) return port;
  }
  throw new Error('No port is free.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
