import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { TurnOptions } from './turns.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: TURN_OPTIONS } =
  new ConfigurableModuleBuilder<TurnOptions>({ moduleName: 'Turns' })
    .setClassMethodName('forRoot')
    .build();
