import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { DEFAULT_MAX_MESSAGE_BYTES } from '../domain/message.js';

/** What a client may store in a message. */
export interface MessageLimits {
  /** Bytes of the content or the parts of a message, with its metadata, as UTF-8 JSON. */
  readonly maxBytes: number;
}

/** The token of the {@link MessageLimits}. */
export const MESSAGE_LIMITS = Symbol('MESSAGE_LIMITS');

/** What is used when nothing else is said, neither in code nor in the environment. */
export const DEFAULT_MESSAGE_LIMITS: MessageLimits = { maxBytes: DEFAULT_MAX_MESSAGE_BYTES };

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MessageLimits>({
  optionsInjectionToken: MESSAGE_LIMITS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (definition) => ({ ...definition, global: true, exports: [MESSAGE_LIMITS] }))
  .build();

/** Binds the limits of messages for all routes that take some. */
@Module({})
export class MessageLimitsModule extends ConfigurableModuleClass {}
