import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Completion } from './completion.js';
import type { PromptMessage } from './prompt.js';
import { replyTo } from './reply.js';

/** Milliseconds between two words. */
const PACE_MS = 40;

export interface ModelServerOptions {
  /** A free port when absent. */
  readonly port?: number;
  /** The server awaits this before each word: a pause like that of a language model, or a gate of a test. */
  readonly pace?: (word: string) => Promise<unknown>;
}

interface CompletionRequest {
  readonly model?: unknown;
  readonly messages?: unknown;
  readonly stream?: unknown;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/**
 * A stand-in for a language model: OpenAI's `POST /v1/chat/completions` on loopback, without a key. It
 * gives the same reply to the same prompt, and remembers nothing.
 */
export class ModelServer {
  private constructor(
    private readonly server: Server,
    private readonly pace: (word: string) => Promise<unknown>,
  ) {}

  static async start({
    port = 0,
    pace = () => delay(PACE_MS),
  }: ModelServerOptions = {}): Promise<ModelServer> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const model = new ModelServer(server, pace);
    server.on('request', (request, response) => void model.answer(request, response));
    return model;
  }

  /** The `baseURL` of a client. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      refuse(response, 404, 'This server has only POST /v1/chat/completions.');
      return;
    }
    try {
      const { model, messages, stream, tools = [] } = (await json(request)) as CompletionRequest;
      if (!Array.isArray(messages)) throw new TypeError('"messages" must be an array.');
      const names = tools.map((tool) => tool.function.name);
      const completion = new Completion(String(model), replyTo(messages as PromptMessage[], names));
      if (stream === true) await this.stream(completion, response);
      else sendJson(response, 200, completion.whole());
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, 400, String(error));
    }
  }

  private async stream(completion: Completion, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    response.flushHeaders();
    for (const { word, delta } of completion.deltas()) {
      await this.pace(word);
      if (response.destroyed) return;
      response.write(event(completion.chunk(delta, null)));
    }
    response.write(event(completion.chunk({}, completion.finishReason)));
    response.end('data: [DONE]\n\n');
  }
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error' } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
