import { Module, type DynamicModule } from '@nestjs/common';
import { RequiresFastifyModule } from '../http/requires-fastify.module.js';
import { ChatController } from './chat.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsExport } from './conversations.export.js';
import { ConfigurableModuleClass } from './conversations.module-definition.js';
import {
  DEFAULT_CONVERSATIONS_OPTIONS,
  type ConversationsOptions,
} from './conversations.options.js';
import { ConversationsService } from './conversations.service.js';
import { ExportSlots } from './export-slots.js';
import { MessagesController } from './messages.controller.js';

/** The REST routes of conversations. The application must also import a `StoreModule`. */
@Module({
  imports: [RequiresFastifyModule],
  controllers: [ConversationsController, MessagesController, ChatController],
  providers: [ConversationsService, ConversationsExport, ExportSlots],
  exports: [ConversationsService],
})
export class ConversationsModule extends ConfigurableModuleClass {
  /** For bounds other than the defaults. The class alone, without this method, has the defaults. */
  static override forRoot(options: Partial<ConversationsOptions> = {}): DynamicModule {
    return super.forRoot({ ...DEFAULT_CONVERSATIONS_OPTIONS, ...options });
  }
}
