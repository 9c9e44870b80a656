import { registerAs } from '@nestjs/config';

/** Any endpoint that speaks OpenAI's chat completions. The model server of this example needs no key. */
export const modelConfig = registerAs('model', () => ({
  baseUrl: variable('MODEL_BASE_URL') ?? 'http://127.0.0.1:8081/v1',
  apiKey: variable('MODEL_API_KEY') ?? 'none',
  name: variable('MODEL_NAME') ?? 'echo',
}));

/** An empty value counts as not set, as everywhere in the service. */
function variable(name: string): string | undefined {
  return process.env[name] === '' ? undefined : process.env[name];
}
