import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import type { ServiceProxy } from './service-proxy.js';

/** Milliseconds between two requests of a client. */
const PAUSE_MS = 30;
/** Milliseconds before a request is sent again. */
const RETRY_MS = 50;

interface Answer {
  readonly status: number;
  /** Seconds. */
  readonly retryAfter: number;
  /** What a refusal says. */
  readonly problem: string;
}

/** A request that got no answer, and that HTTP does not let its client repeat without being asked. */
export interface Failure {
  /** The port of the pod that had its connection. */
  readonly pod: number | undefined;
  readonly error: string;
}

/** What the connection of a failed attempt was. */
interface Broken {
  readonly clientPort: number;
  readonly wasReused: boolean;
  readonly error: Error;
}

/**
 * A client with one keep-alive connection that appends to a conversation of its own, and reads it. It goes by HTTP's
 * rules: it repeats what found no server, and what met a connection that the server had closed meanwhile.
 */
class LoadClient {
  readonly answers: Answer[] = [];
  readonly failures: Failure[] = [];
  /** Requests that were sent again since their connection was closed before an answer. */
  reconnects = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private stored = 0;
  private id = '';

  constructor(
    private readonly proxy: ServiceProxy,
    private readonly api = ApiClient.for(proxy.url),
  ) {}

  async run(isOver: () => boolean): Promise<void> {
    const created = await this.api.post(CONVERSATIONS, {});
    this.id = created.body.id;
    while (!isOver()) {
      await this.append(isOver);
      await this.send('GET', `${CONVERSATIONS}/${this.id}/messages?limit=5`);
      await delay(PAUSE_MS);
    }
    this.agent.destroy();
  }

  /** Whether the conversation has each acknowledged message once, in order, and at most one more. */
  async isWhole(): Promise<boolean> {
    const texts: unknown[] = [];
    for (;;) {
      const path = `${CONVERSATIONS}/${this.id}/messages?limit=200&after=${texts.length}`;
      const { data } = (await this.api.get(path)).body;
      texts.push(...data.map(({ parts }) => parts[0]?.['text']));
      if (data.length === 0) break;
    }
    const isInOrder = texts.every((text, i) => text === String(i + 1));
    return isInOrder && (texts.length === this.stored || texts.length === this.stored + 1);
  }

  /** Repeats a refused write under its key, as docs/reliability.md says. */
  private async append(isOver: () => boolean): Promise<void> {
    const body = JSON.stringify({ messages: [{ content: String(this.stored + 1) }] });
    const key = randomUUID();
    do {
      const path = `${CONVERSATIONS}/${this.id}/messages`;
      const answer = await this.send('POST', path, body, { 'Idempotency-Key': key });
      if (answer?.status === 201) {
        this.stored++;
        return;
      }
      await delay(RETRY_MS);
    } while (!isOver());
  }

  private async send(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer | undefined> {
    for (;;) {
      const result = await this.attempt(method, path, body, headers);
      if ('status' in result) {
        this.answers.push(result);
        return result;
      }
      const { clientPort, wasReused, error } = result;
      if (wasReused) this.reconnects++;
      else if (!this.proxy.wasRefused(clientPort)) {
        this.failures.push({ pod: this.proxy.podOf(clientPort), error: error.message });
        return undefined;
      }
      await delay(RETRY_MS);
      // Nobody is there: whoever has asked decides.
      if (this.proxy.endpoints.length === 0) return undefined;
    }
  }

  private attempt(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer | Broken> {
    return new Promise((resolve) => {
      let clientPort = 0;
      let hasAnswer = false;
      const sent = request(this.proxy.url + path, {
        method,
        agent: this.agent,
        headers: {
          Authorization: `Bearer ${this.api.token}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
      });
      const fail = (error: Error): void =>
        resolve({ clientPort, wasReused: sent.reusedSocket && !hasAnswer, error });
      sent
        .once('socket', (socket) => {
          const take = (): number => (clientPort = socket.localPort ?? 0);
          if (socket.connecting) socket.once('connect', take);
          else take();
        })
        .once('response', (response) => {
          hasAnswer = true;
          const { statusCode: status = 0, headers: answered } = response;
          const retryAfter = Number(answered['retry-after']);
          let text = '';
          response
            .setEncoding('utf8')
            .on('error', fail)
            .on('data', (chunk: string) => (text += chunk))
            .once('end', () => resolve({ status, retryAfter, problem: status < 300 ? '' : text }));
        })
        .once('error', fail)
        .end(body);
    });
  }
}

/** Clients that work until they are stopped. */
export class RestLoad {
  private isOver = false;
  private readonly clients: readonly LoadClient[];
  private readonly running: Promise<unknown>;

  constructor(proxy: ServiceProxy, clients = 12) {
    this.clients = Array.from({ length: clients }, () => new LoadClient(proxy));
    this.running = Promise.all(this.clients.map((client) => client.run(() => this.isOver)));
  }

  get answers(): readonly Answer[] {
    return this.clients.flatMap(({ answers }) => answers);
  }

  get failures(): readonly Failure[] {
    return this.clients.flatMap(({ failures }) => failures);
  }

  get reconnects(): number {
    return this.clients.reduce((sum, { reconnects }) => sum + reconnects, 0);
  }

  /** Answers that are neither 200 nor 201. */
  get refusals(): readonly Answer[] {
    return this.answers.filter(({ status }) => status !== 200 && status !== 201);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  /** Call it after `stop`. */
  async isWhole(): Promise<boolean> {
    const wholes = await Promise.all(this.clients.map((client) => client.isWhole()));
    return wholes.every(Boolean);
  }
}
