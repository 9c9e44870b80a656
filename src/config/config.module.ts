import { Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { readAppConfig } from './app-config.js';

/** The only reader of the environment. `appConfig.KEY` is the injection token of the `AppConfig`. */
export const appConfig = registerAs('app', () => readAppConfig(process.env));

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      load: [appConfig],
      // A test gives all of its variables itself.
      ignoreEnvFile: process.env['NODE_ENV'] === 'test',
    }),
  ],
})
export class AppConfigModule {}
