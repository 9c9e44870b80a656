import { ConfigModule } from '@nestjs/config';
import { startService } from 'conversation-store';
import { ExampleModule } from './example.module.js';
import { ModelServer } from './model-server/model-server.js';

/** Runs an application. Unless MODEL_BASE_URL names a model, it also starts the model server. */
export async function startWithModelServer(
  application: Parameters<typeof startService>[0] = ExampleModule,
): ReturnType<typeof startService> {
  // MODEL_BASE_URL may come from the file .env.
  await ConfigModule.envVariablesLoaded;
  process.env['MODEL_BASE_URL'] ??= (await ModelServer.start()).baseUrl;
  return startService(application);
}
