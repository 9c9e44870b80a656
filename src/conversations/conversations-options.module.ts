import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import type { ConversationsOptions } from './conversations.options.js';

/** The token of the {@link ConversationsOptions}. */
export const CONVERSATIONS_OPTIONS = Symbol('CONVERSATIONS_OPTIONS');

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ConversationsOptions>({
  optionsInjectionToken: CONVERSATIONS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (definition) => ({
    ...definition,
    global: true,
    exports: [CONVERSATIONS_OPTIONS],
  }))
  .build();

/**
 * Binds the options of `ConversationsModule`. That module itself takes none: an application imports it
 * again to inject `ConversationsService`, and its routes must not be registered twice.
 */
@Module({})
export class ConversationsOptionsModule extends ConfigurableModuleClass {}
