import { registerAs } from '@nestjs/config';

/** Any endpoint with OpenAI's chat completions API. Without MODEL_BASE_URL, a model server on port 8081. */
export const modelConfig = registerAs('model', () => ({
  baseUrl: variable('MODEL_BASE_URL') ?? 'http://127.0.0.1:8081/v1',
  apiKey: variable('MODEL_API_KEY') ?? 'none',
  name: variable('MODEL_NAME') ?? 'echo',
}));

/** An empty value means that the variable is not set, as for the variables of the service. */
function variable(name: string): string | undefined {
  return process.env[name] === '' ? undefined : process.env[name];
}
