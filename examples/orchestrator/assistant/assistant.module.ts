import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { LANGUAGE_MODEL, languageModel } from './language-model.js';
import { modelConfig } from './model.config.js';

/** Exports what the assistant injects. */
@Module({
  imports: [ConfigModule.forFeature(modelConfig)],
  providers: [languageModel],
  exports: [LANGUAGE_MODEL],
})
export class AssistantModule {}
