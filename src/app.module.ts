import { Module, type DynamicModule, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AdmissionModule } from './admission/admission.module.js';
import { ApplicationSetupError } from './http/application-setup.error.js';
import { AuthModule } from './auth/auth.module.js';
import type { AuthOptions } from './auth/auth.options.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/configuration.error.js';
import { AppConfigModule, appConfig } from './config/config.module.js';
import { ConversationsOptionsModule } from './conversations/conversations-options.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { HealthModule } from './health/health.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { MessageLimitsModule } from './messages/message-limits.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ProblemsModule } from './problems/problems.module.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { expectServiceAdapter } from './service-adapter.js';
import type { KeyService } from './store/sealing/key-service.js';
import { StoreModule } from './store/store.module.js';
import type { StoreOptions } from './store/store.options.js';
import { withKeys } from './store/with-keys.js';
import { TracingModule } from './tracing/tracing.module.js';
import { TurnsModule } from './turns/turns.module.js';

/** What an application configures in code, in place of the environment. */
export type AppModuleOptions = (StoreInCode | StoreOfVariables) & {
  /** How to find the caller of a request. No variable `JWT_…` is then required. */
  readonly auth?: AuthOptions;
};

interface StoreInCode {
  /** Which store to bind: its options, or a factory of them. No variable of a store is then required. */
  readonly store?: StoreOptions | StoreFactory;
  /** The options of a store have their own `keys`. */
  readonly keys?: never;
}

interface StoreOfVariables {
  readonly store?: never;
  /** Where the master keys come from, in place of `ENCRYPTION_KEYS`. */
  readonly keys?: KeyService;
}

type StoreFactory = Parameters<typeof StoreModule.forRootAsync>[0];

/**
 * The whole service. An application imports it beside its own modules, and runs by `startService`, or
 * on a `ServiceAdapter` after `configureApp`.
 */
@Module({
  imports: [
    ProblemsModule,
    ConversationsModule,
    ConversationsOptionsModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ conversations }: AppConfig) => conversations,
    }),
    MessageLimitsModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ messages }: AppConfig) => messages,
    }),
    TurnsModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ turns }: AppConfig) => turns,
    }),
    TracingModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ tracing }: AppConfig) => tracing,
    }),
    HealthModule,
    AdmissionModule,
    LoggingModule,
    RateLimitsModule,
    MetricsModule,
  ],
  exports: [ConversationsModule],
})
export class AppModule implements NestModule {
  static forRoot({ store, auth, keys }: AppModuleOptions = {}): DynamicModule {
    const inCode = {
      store: store !== undefined,
      auth: auth !== undefined,
      keys: keys !== undefined,
    };
    return {
      module: AppModule,
      imports: [
        AppConfigModule.forRoot(inCode),
        storeModule(store ?? configuredStore(keys)),
        authModule(auth),
      ],
    };
  }

  constructor(private readonly host: HttpAdapterHost) {}

  /**
   * Nest calls it before it registers routes, and only in an application with an HTTP server.
   * @throws ApplicationSetupError when the routes could not work as they should
   */
  configure(): void {
    if (expectServiceAdapter(this.host.httpAdapter).isConfigured) return;
    throw new ApplicationSetupError(
      'The application is not configured. Call configureApp(app) before app.init() or app.listen().',
    );
  }
}

function storeModule(store: StoreOptions | StoreFactory): DynamicModule {
  return 'driver' in store ? StoreModule.forRoot(store) : StoreModule.forRootAsync(store);
}

function configuredStore(keys: KeyService | undefined): StoreFactory {
  return {
    inject: [appConfig.KEY],
    useFactory: ({ store }: AppConfig) => {
      if (store) return keys ? withKeys(store, keys) : store;
      throw new ConfigurationError([
        { variables: ['STORE_DRIVER'], message: 'custom needs AppModule.forRoot({ store })' },
      ]);
    },
  };
}

function authModule(auth: AuthOptions | undefined): DynamicModule {
  return auth ? AuthModule.forRoot(auth) : AuthModule.forRootAsync(CONFIGURED_AUTH);
}

const CONFIGURED_AUTH = {
  inject: [appConfig.KEY],
  // The configuration leaves it out only when the application brings its own.
  useFactory: ({ auth }: Required<AppConfig>) => auth,
};
