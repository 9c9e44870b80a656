import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ChatModel } from './chat-model.js';
import { modelConfig } from './model.config.js';

/** Exports what the assistant injects. */
@Module({
  imports: [ConfigModule.forFeature(modelConfig)],
  providers: [ChatModel],
  exports: [ChatModel],
})
export class AssistantModule {}
