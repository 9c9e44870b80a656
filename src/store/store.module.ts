import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CONVERSATION_STORE, type ConversationStore } from './conversation-store.js';
import { observeStore } from './observed-store.js';
import { openStore, type OpenStore } from './open-store.js';
import { REQUEST_COUNTER } from './request-counter.js';
import { StoreHealthIndicator } from './store.health.js';
import { ConfigurableModuleClass, STORE_OPTIONS } from './store.module-definition.js';

const OPEN_STORE = Symbol('OPEN_STORE');

/** Binds {@link CONVERSATION_STORE} and {@link REQUEST_COUNTER} to the driver of the options, for the whole application. */
@Module({
  imports: [TerminusModule],
  providers: [
    { provide: OPEN_STORE, inject: [STORE_OPTIONS], useFactory: openStore },
    {
      provide: CONVERSATION_STORE,
      inject: [OPEN_STORE],
      useFactory: ({ store }: OpenStore) => observeStore(store),
    },
    {
      provide: REQUEST_COUNTER,
      inject: [OPEN_STORE],
      useFactory: ({ requestCounter }: OpenStore) => requestCounter,
    },
    StoreHealthIndicator,
  ],
  exports: [CONVERSATION_STORE, REQUEST_COUNTER, StoreHealthIndicator],
})
export class StoreModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  /** For options that are known before the application starts; without any, the store in memory. */
  static override forRoot(
    options: Parameters<typeof ConfigurableModuleClass.forRoot>[0] = { driver: 'memory' },
  ): DynamicModule {
    return super.forRoot(options);
  }

  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {
    super();
  }

  /** Nest calls it after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
