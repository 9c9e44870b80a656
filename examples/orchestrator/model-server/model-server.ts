import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { replyTo, type PromptMessage } from './reply.js';

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
      const { model, messages, stream } = (await json(request)) as CompletionRequest;
      if (!Array.isArray(messages)) throw new TypeError('"messages" must be an array.');
      const completion = new Completion(String(model), replyTo(messages as PromptMessage[]));
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
    for (const word of completion.words) {
      await this.pace(word);
      if (response.destroyed) return;
      response.write(event(completion.chunk({ role: 'assistant', content: word }, null)));
    }
    response.write(event(completion.chunk({}, 'stop')));
    response.end('data: [DONE]\n\n');
  }
}

/** A reply in the shapes of the chat completions API. */
class Completion {
  private readonly head: object;

  constructor(
    model: string,
    private readonly text: string,
  ) {
    this.head = { id: 'chatcmpl-example', created: Math.floor(Date.now() / 1000), model };
  }

  get words(): readonly string[] {
    return this.text.match(/\S+\s*/g) ?? [];
  }

  chunk(delta: object, finishReason: 'stop' | null): object {
    const choice = { index: 0, delta, finish_reason: finishReason };
    return { ...this.head, object: 'chat.completion.chunk', choices: [choice] };
  }

  whole(): object {
    const message = { role: 'assistant', content: this.text };
    const choice = { index: 0, message, finish_reason: 'stop' };
    return { ...this.head, object: 'chat.completion', choices: [choice] };
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
