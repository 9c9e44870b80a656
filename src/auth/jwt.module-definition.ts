import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { JwtOptions } from './auth.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: JWT_OPTIONS } =
  new ConfigurableModuleBuilder<JwtOptions>({ moduleName: 'Jwt' })
    .setClassMethodName('forRoot')
    .build();
