import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSpans, type ReceivedSpan } from './received-span.js';
import { until } from './redis-server.js';

/** What it does with spans: 503 would make the exporter try again. */
export type ReceiverMode = 'accept' | 'refuse' | 'hang';

/** A receiver of spans over OTLP, as a collector is one. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  mode: ReceiverMode = 'accept';

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.receive(request, response));
  }

  static async start(): Promise<TraceReceiver> {
    const server = createServer();
    const receiver = new TraceReceiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace, once there is one that matches. */
  async traceWith(name: string | RegExp, traceId?: string): Promise<ReceivedSpan[]> {
    let found: ReceivedSpan | undefined;
    await until(() => {
      found = this.spans.find(
        (span) =>
          (typeof name === 'string' ? span.name === name : name.test(span.name)) &&
          (traceId === undefined || span.traceId === traceId),
      );
      return found !== undefined;
    });
    return this.spans.filter((span) => span.traceId === found?.traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    if (this.mode === 'hang') return;
    if (this.mode === 'accept') this.spans.push(...readSpans(Buffer.concat(chunks)));
    response.writeHead(this.mode === 'accept' ? 200 : 400).end();
  }
}
