import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CONVERSATION_STORE, type ConversationStore } from './conversation-store.js';
import { observeStore } from './observed-store.js';
import { openStore } from './open-store.js';
import { StoreHealthIndicator } from './store.health.js';
import { ConfigurableModuleClass, STORE_OPTIONS } from './store.module-definition.js';
import type { StoreOptions } from './store.options.js';

/** Binds {@link CONVERSATION_STORE} to the driver of the options, for the whole application. */
@Module({
  imports: [TerminusModule],
  providers: [
    {
      provide: CONVERSATION_STORE,
      inject: [STORE_OPTIONS],
      useFactory: async (options: StoreOptions) => observeStore(await openStore(options)),
    },
    StoreHealthIndicator,
  ],
  exports: [CONVERSATION_STORE, StoreHealthIndicator],
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
