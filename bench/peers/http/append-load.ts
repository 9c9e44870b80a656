import { Connection, type Answer } from '../../load/connection.js';

export interface AppendRun {
  /** Appends a second. */
  readonly rate: number;
  /** The number of appends that were answered. */
  readonly answered: number;
}

/**
 * Each client has requests of its own, and sends the next one when the last one is answered. At the end of
 * the time all clients wait for their last answer, so the number of stored messages equals the number of
 * answers.
 * @throws Error at an answer that is no success
 */
export async function appendFor(
  seconds: number,
  port: number,
  requestsOfClients: readonly (readonly Buffer[])[],
): Promise<AppendRun> {
  const connections = requestsOfClients.map(() => new Connection(port));
  await Promise.all(connections.map(({ opened }) => opened));
  const start = performance.now();
  const end = start + seconds * 1_000;
  const counts = await Promise.all(
    connections.map((connection, i) => appendUntil(end, connection, requestsOfClients[i] ?? [])),
  );
  const elapsed = performance.now() - start;
  for (const connection of connections) connection.close();
  const answered = counts.reduce((sum, count) => sum + count, 0);
  return { answered, rate: (answered / elapsed) * 1_000 };
}

async function appendUntil(
  end: number,
  connection: Connection,
  requests: readonly Buffer[],
): Promise<number> {
  let answered = 0;
  while (performance.now() < end) {
    const request = requests[answered % requests.length] as Buffer;
    const { status } = await send(connection, request);
    if (status < 200 || status > 299) throw new Error(`An append was answered with ${status}.`);
    answered++;
  }
  return answered;
}

function send(connection: Connection, request: Buffer): Promise<Answer> {
  return new Promise((resolve) => connection.send(request, performance.now(), resolve));
}
