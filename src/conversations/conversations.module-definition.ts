import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ConversationsOptions } from './conversations.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CONVERSATIONS_OPTIONS } =
  new ConfigurableModuleBuilder<ConversationsOptions>({ moduleName: 'Conversations' })
    .setClassMethodName('forRoot')
    .build();
