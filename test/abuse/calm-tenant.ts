import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';

const USERS = 4;
const REQUESTS_PER_SECOND = 20;
const PROBES_PER_SECOND = 5;
const NEWCOMERS_PER_SECOND = 5;
/** A message as a user may type it. */
const TEXT = 'A train to Rome on Friday, with a seat at the window? '.repeat(2);

/** A request or a probe that has been answered, or that has not. A newcomer opens a connection for its request. */
export interface CalmSample {
  readonly kind: 'request' | 'probe' | 'newcomer';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly ms: number;
  /** 0 when there is no answer. */
  readonly status: number;
}

/** What the thread sends. */
interface CalmRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body has no announced length. */
  readonly isChunked?: boolean;
}

/**
 * A tenant whose users append, read and list in turn, 20 times a second, whatever happens to the service. Five times a
 * second a user of it comes anew, and a probe asks for liveness. The requests come from a thread of their own (calm-requests.mjs).
 */
export class CalmTenant {
  private constructor(private readonly worker: Worker) {}

  /** Creates a conversation for each user, and begins to send. `tokens` makes a token for each user. */
  static async start(
    url: string,
    probePort: number,
    tokens: (user: number) => string,
  ): Promise<CalmTenant> {
    const users = Array.from({ length: USERS }, (_, i) => new ApiClient(url, tokens(i)));
    const requests = (await Promise.all(users.map(requestsOf))).flat();
    const workerData = {
      port: Number(new URL(url).port),
      probePort,
      requests,
      requestsPerSecond: REQUESTS_PER_SECOND,
      probesPerSecond: PROBES_PER_SECOND,
      newcomersPerSecond: NEWCOMERS_PER_SECOND,
    };
    return new CalmTenant(new Worker('./test/abuse/calm-requests.mjs', { workerData }));
  }

  /** Stops sending, waits for the answers that are missing, and gives all samples. */
  async stop(): Promise<CalmSample[]> {
    const collected = once(this.worker, 'message') as Promise<[CalmSample[]]>;
    this.worker.postMessage('stop');
    const [samples] = await collected;
    await this.worker.terminate();
    return samples;
  }

  /** Ends the thread, when nobody needs its samples any more. */
  async abandon(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Some chat clients send bodies of unannounced length. Every second append is such a request. */
async function requestsOf(client: ApiClient): Promise<CalmRequest[]> {
  const messages = Array.from({ length: 20 }, () => ({ content: TEXT }));
  const { status, body } = await client.post(CONVERSATIONS, { messages });
  if (status !== 201) throw new Error(`The calm tenant cannot begin: status ${status}.`);
  const path = `${CONVERSATIONS}/${body.id}`;
  const headers = { Authorization: `Bearer ${client.token}` };
  const append = {
    method: 'POST',
    path: `${path}/messages`,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ messages: [{ content: TEXT }] }),
  };
  const read = { method: 'GET', path: `${path}?messages=50`, headers };
  const list = { method: 'GET', path: `${CONVERSATIONS}?limit=20`, headers };
  return [append, read, list, { ...append, isChunked: true }, read, list];
}
