import { NestFactory } from '@nestjs/core';
import type { AppConfig } from '../config/app-config.js';
import { appConfig, AppConfigModule } from '../config/config.module.js';
import type { StoreOptions } from '../store/store.options.js';

/**
 * The store that the variables of the service name.
 * @throws ConfigurationError
 */
export async function readStoreOptions(): Promise<StoreOptions | undefined> {
  const context = await NestFactory.createApplicationContext(
    AppConfigModule.forRoot({ auth: true }),
    { logger: false, abortOnError: false },
  );
  const { store } = context.get<AppConfig>(appConfig.KEY);
  await context.close();
  return store;
}
