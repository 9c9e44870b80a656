import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { FactoryProvider } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { LanguageModel } from 'ai';
import { modelConfig } from './model.config.js';

/** The token of the language model. */
export const LANGUAGE_MODEL = Symbol('LANGUAGE_MODEL');

/** A model behind any endpoint with OpenAI's chat completions API. */
export const languageModel: FactoryProvider<LanguageModel> = {
  provide: LANGUAGE_MODEL,
  inject: [modelConfig.KEY],
  useFactory: ({ baseUrl: baseURL, apiKey, name }: ConfigType<typeof modelConfig>) =>
    createOpenAICompatible({ name: 'example', baseURL, apiKey })(name),
};
