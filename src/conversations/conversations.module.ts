import { Module } from '@nestjs/common';
import { RequiresFastifyModule } from '../http/requires-fastify.module.js';
import { ChatController } from './chat.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsExport } from './conversations.export.js';
import { ConversationsService } from './conversations.service.js';
import { ExportSlots } from './export-slots.js';
import { MessagesController } from './messages.controller.js';
import { SingleConversationController } from './single-conversation.controller.js';

/** The REST routes of conversations. The application must also import a `StoreModule`. */
@Module({
  imports: [RequiresFastifyModule],
  controllers: [
    ConversationsController,
    SingleConversationController,
    MessagesController,
    ChatController,
  ],
  providers: [ConversationsService, ConversationsExport, ExportSlots],
  exports: [ConversationsService],
})
export class ConversationsModule {}
