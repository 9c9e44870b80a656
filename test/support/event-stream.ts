import { request, type IncomingMessage } from 'node:http';
import type { ApiClient } from './api-client.js';
import { mistakesIn, pointerTo } from './api-description.js';
import { expectDescribed } from './expect-described.js';

export interface StreamEvent {
  readonly seq: number | undefined;
  /** `undefined` of [DONE]. */
  readonly chunk: Readonly<Record<string, unknown>> | undefined;
}

const TURN_EVENT = pointerTo('components', 'schemas', 'TurnEvent');

/** A stream of events that a test reads at its own pace. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  /** How the stream ended: by itself, or broken off. */
  ended: 'open' | 'ended' | 'broken' = 'open';
  text = '';
  private parsed = 0;
  /** What the API description does not have. */
  private mistake: Error | undefined;

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    response.once('end', () => (this.ended = 'ended'));
    response.once('error', () => (this.ended = 'broken'));
  }

  static async open(
    client: ApiClient,
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<EventStream> {
    const options = {
      method,
      agent: false as const,
      headers: {
        Authorization: `Bearer ${client.token}`,
        Accept: 'text/event-stream',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(client.url + path, options, resolve)
        .once('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
    expectAnswerDescribed(method, path, response);
    return new EventStream(response);
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get chunks(): Readonly<Record<string, unknown>>[] {
    if (this.mistake) throw this.mistake;
    return this.events.flatMap(({ chunk }) => (chunk ? [chunk] : []));
  }

  get types(): unknown[] {
    return this.chunks.map(({ type }) => type);
  }

  /** The text that has been streamed. */
  get said(): string {
    return this.chunks.map(({ type, delta }) => (type === 'text-delta' ? delta : '')).join('');
  }

  get turnId(): string {
    const path = String(this.response.headers.location);
    return path.split('/').at(-2) ?? '';
  }

  /** Whether it has said that it is. */
  get isDone(): boolean {
    return this.events.length > 0 && this.events.at(-1)?.chunk === undefined;
  }

  get lastSeq(): number {
    return this.events.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
  }

  /** Waits until there are so many events, or all of them, without looking again and again. */
  async reaches(count: number): Promise<void> {
    while (this.events.length < count && !this.isDone && !this.response.closed) {
      await new Promise((resolve) => {
        const { response } = this;
        const heard = (): void => {
          response.off('data', heard).off('close', heard);
          resolve(undefined);
        };
        response.on('data', heard).on('close', heard);
      });
    }
  }

  leave(): void {
    this.response.destroy();
  }

  private push(event: StreamEvent): void {
    this.events.push(event);
    const mistake = event.chunk && mistakesIn(TURN_EVENT, event.chunk);
    if (mistake === undefined) return;
    this.mistake = new Error(
      `docs/openapi.json does not describe the event ${JSON.stringify(event.chunk)}: ${mistake}`,
    );
  }

  private take(chunk: string): void {
    this.text += chunk;
    for (;;) {
      const end = this.text.indexOf('\n\n', this.parsed);
      if (end < 0) return;
      const event = toEvent(this.text.slice(this.parsed, end));
      if (event) this.push(event);
      this.parsed = end + 2;
    }
  }
}

function expectAnswerDescribed(method: string, path: string, response: IncomingMessage): void {
  const headers = new Map(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  expectDescribed({ method, path, status: response.statusCode ?? 0, headers });
}

function toEvent(text: string): StreamEvent | undefined {
  const fields = new Map(text.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const seq = fields.get('id');
  return {
    seq: seq === undefined ? undefined : Number(seq),
    chunk: data === '[DONE]' ? undefined : (JSON.parse(data) as Record<string, unknown>),
  };
}
