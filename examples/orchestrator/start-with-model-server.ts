import { ConfigModule } from '@nestjs/config';
import { startService } from 'conversation-store';
import { ExampleModule } from './example.module.js';
import { ModelServer } from './model-server/model-server.js';

/** Runs the example, with a model of its own unless MODEL_BASE_URL names another. */
export async function startWithModelServer(): ReturnType<typeof startService> {
  // It may stand in the file .env.
  await ConfigModule.envVariablesLoaded;
  process.env['MODEL_BASE_URL'] ??= (await ModelServer.start()).baseUrl;
  return startService(ExampleModule);
}
