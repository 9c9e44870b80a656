import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { readAppConfig } from './app-config.js';
import type { ConfiguredInCode } from './configured-in-code.js';

/** `appConfig.KEY` is the token of the `AppConfig`. */
export const appConfig = { KEY: Symbol('AppConfig') } as const;

/** Provides the `AppConfig` everywhere. Nothing else in the service reads the environment. */
@Module({
  imports: [
    // A test gives all of its variables itself.
    ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: process.env['NODE_ENV'] === 'test' }),
  ],
})
export class AppConfigModule {
  static forRoot(inCode: ConfiguredInCode = {}): DynamicModule {
    return {
      module: AppConfigModule,
      global: true,
      providers: [{ provide: appConfig.KEY, useFactory: () => readAppConfig(process.env, inCode) }],
      exports: [appConfig.KEY],
    };
  }
}
