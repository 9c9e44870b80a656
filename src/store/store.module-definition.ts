import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { StoreOptions } from './store.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: STORE_OPTIONS } =
  new ConfigurableModuleBuilder<StoreOptions>({ moduleName: 'Store' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({
      ...definition,
      global: isGlobal,
    }))
    .build();
