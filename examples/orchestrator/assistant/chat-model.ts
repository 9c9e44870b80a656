import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import OpenAI from 'openai';
import { modelConfig } from './model.config.js';

export type ChatMessage = OpenAI.ChatCompletionMessageParam;

/** A language model behind an endpoint for chat completions. */
@Injectable()
export class ChatModel {
  private readonly client: OpenAI;
  private readonly name: string;

  constructor(@Inject(modelConfig.KEY) config: ConfigType<typeof modelConfig>) {
    const { baseUrl: baseURL, apiKey, name } = config;
    // The client tries a second time when it cannot reach the endpoint, or when the endpoint is busy.
    this.client = new OpenAI({ baseURL, apiKey, maxRetries: 1 });
    this.name = name;
  }

  /**
   * Streams the reply in pieces. When the signal aborts, the stream ends early and without an error.
   * @throws OpenAI.APIError
   */
  async *reply(messages: ChatMessage[], signal: AbortSignal): AsyncIterable<string> {
    const completion = await this.client.chat.completions.create(
      { model: this.name, messages, stream: true },
      { signal },
    );
    for await (const { choices } of completion) {
      const text = choices[0]?.delta.content;
      if (text) yield text;
    }
  }
}
