import { setTimeout as delay } from 'node:timers/promises';
import { Connection, type Answer } from './connection.js';

export interface Load {
  readonly port: number;
  /** The bytes of the next request. */
  readonly next: () => Buffer;
  readonly seconds: number;
}

export interface Outcome {
  /** The answers that came within the time. */
  readonly answers: readonly Answer[];
  readonly seconds: number;
  /** Requests that were due while every connection waited for an answer. */
  readonly unsent: number;
}

/** Each client sends its next request when the last one is answered. */
export async function closedLoop({ port, next, seconds }: Load, clients: number): Promise<Outcome> {
  const answers: Answer[] = [];
  const connections = Array.from({ length: clients }, () => new Connection(port));
  let isOver = false;
  for (const connection of connections) {
    const send = (): void => {
      connection.send(next(), performance.now(), (answer) => {
        if (isOver) return;
        answers.push(answer);
        if (answer.status > 0) send();
      });
    };
    send();
  }
  await delay(seconds * 1_000);
  isOver = true;
  for (const connection of connections) connection.close();
  return { answers, seconds, unsent: 0 };
}

/** `count` requests in a closed loop, for data that must not grow with the speed of the service. */
export async function countedLoop(
  { port, next }: Omit<Load, 'seconds'>,
  { clients, count }: { readonly clients: number; readonly count: number },
): Promise<Outcome> {
  const answers: Answer[] = [];
  const connections = Array.from({ length: clients }, () => new Connection(port));
  await Promise.all(connections.map(({ opened }) => opened));
  let left = count;
  const start = performance.now();
  const client = async (connection: Connection): Promise<void> => {
    while (left-- > 0) {
      const answer = await new Promise<Answer>((resolve) => {
        connection.send(next(), performance.now(), resolve);
      });
      if (answer.status < 200 || answer.status > 299) throw new Error(`Status ${answer.status}.`);
      answers.push(answer);
    }
  };
  await Promise.all(connections.map(client));
  const seconds = (performance.now() - start) / 1_000;
  for (const connection of connections) connection.close();
  return { answers, seconds, unsent: 0 };
}

/** As many as the pool of an ingress has. When all of them wait for an answer, no request is sent. */
const CONNECTIONS = 1_000;

export interface OpenLoad extends Load {
  /** Seconds before `seconds`, in which no answer counts. */
  readonly warmUpSeconds: number;
  /** Called when the warm-up is over. */
  readonly begin: () => void;
}

/** Requests at random times, `rate` a second, whether or not earlier ones are answered. */
export async function openLoop(
  { port, next, seconds, warmUpSeconds, begin }: OpenLoad,
  rate: number,
): Promise<Outcome> {
  const answers: Answer[] = [];
  const all = await openConnections(port, next);
  const idle = [...all];
  let unsent = 0;
  let due = performance.now();
  const start = due + warmUpSeconds * 1_000;
  const end = start + seconds * 1_000;
  let counts = false;
  while (performance.now() < end) {
    if (!counts && performance.now() >= start) {
      counts = true;
      begin();
    }
    for (const now = performance.now(); due <= now; due += gap(rate)) {
      const isCounted = due >= start;
      const connection = idle.pop();
      if (!connection) {
        if (isCounted) unsent++;
        continue;
      }
      connection.send(next(), due, (answer) => {
        if (isCounted && performance.now() < end) answers.push(answer);
        if (answer.status > 0) idle.push(connection);
      });
    }
    await delay(1);
  }
  for (const connection of all) connection.close();
  return { answers, seconds, unsent };
}

/** Milliseconds to the next request. Requests are independent, so gaps are exponentially distributed. */
function gap(rate: number): number {
  return (-Math.log(1 - Math.random()) / rate) * 1_000;
}

/** Opens them before the load begins, as an ingress does: a few at a time, since the backlog is short. */
async function openConnections(port: number, next: () => Buffer): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < CONNECTIONS) {
    const some = Array.from({ length: 100 }, () => new Connection(port));
    await Promise.all(some.map(({ opened }) => opened));
    // The kernel accepts a connection before the service does. One answer shows that the service has it.
    for (const connection of some) {
      await new Promise((resolve) => connection.send(next(), performance.now(), resolve));
    }
    connections.push(...some);
  }
  return connections;
}
