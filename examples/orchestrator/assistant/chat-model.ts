import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import OpenAI from 'openai';
import { modelConfig } from './model.config.js';

export type ChatMessage = OpenAI.ChatCompletionMessageParam;

/** The language model, behind an endpoint of which only the address and the key are known. */
@Injectable()
export class ChatModel {
  private readonly client: OpenAI;
  private readonly name: string;

  constructor(@Inject(modelConfig.KEY) config: ConfigType<typeof modelConfig>) {
    const { baseUrl: baseURL, apiKey, name } = config;
    // One more try, before the first word, when the endpoint cannot be reached or is busy.
    this.client = new OpenAI({ baseURL, apiKey, maxRetries: 1 });
    this.name = name;
  }

  /**
   * The reply, piece by piece. Ends early, without an error, once the signal aborts.
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
