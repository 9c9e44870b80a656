import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/environment.js';
import { AppConfigModule, appConfig } from './config/config.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { HealthModule } from './health/health.module.js';
import { AdmissionModule } from './admission/admission.module.js';
import { ProblemsModule } from './problems/problems.module.js';
import { StoreModule } from './store/store.module.js';
import { TurnsModule } from './turns/turns.module.js';

export interface AppModuleOptions {
  /** Which store to bind, in place of the one that the configuration names. */
  readonly store?: Parameters<typeof StoreModule.forRootAsync>[0];
}

/** The whole service. An application of your own imports it beside your modules. */
@Module({
  imports: [
    AppConfigModule,
    ProblemsModule,
    AuthModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ auth }: AppConfig) => auth,
    }),
    ConversationsModule,
    TurnsModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ turns }: AppConfig) => turns,
    }),
    HealthModule,
    AdmissionModule,
  ],
  exports: [ConversationsModule],
})
export class AppModule {
  static forRoot({ store = CONFIGURED_STORE }: AppModuleOptions = {}): DynamicModule {
    return { module: AppModule, imports: [StoreModule.forRootAsync(store)] };
  }
}

const CONFIGURED_STORE = {
  inject: [appConfig.KEY],
  useFactory: ({ store }: AppConfig) => {
    if (store) return store;
    throw new ConfigurationError(['STORE_DRIVER: custom needs AppModule.forRoot({ store })']);
  },
};
