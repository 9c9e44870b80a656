import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CONVERSATION_STORE, type ConversationStore } from './conversation-store.js';
import { openStore } from './open-store.js';
import { StoreHealthIndicator } from './store.health.js';
import { ConfigurableModuleClass, STORE_OPTIONS } from './store.module-definition.js';

/** Binds {@link CONVERSATION_STORE}, for the whole application, to the driver of the options. */
@Module({
  imports: [TerminusModule],
  providers: [
    { provide: CONVERSATION_STORE, inject: [STORE_OPTIONS], useFactory: openStore },
    StoreHealthIndicator,
  ],
  exports: [CONVERSATION_STORE, StoreHealthIndicator],
})
export class StoreModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {
    super();
  }

  /** Nest calls it when the last request is answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
