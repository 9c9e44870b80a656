import { Module } from '@nestjs/common';
import type { AppConfig } from './config/app-config.js';
import { AuthModule } from './auth/auth.module.js';
import { AppConfigModule, appConfig } from './config/config.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { HealthModule } from './health/health.module.js';
import { ProblemsModule } from './problems/problems.module.js';
import { StoreModule } from './store/store.module.js';

@Module({
  imports: [
    AppConfigModule,
    ProblemsModule,
    AuthModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ auth }: AppConfig) => auth,
    }),
    StoreModule.forRootAsync({
      inject: [appConfig.KEY],
      useFactory: ({ store }: AppConfig) => store,
    }),
    ConversationsModule,
    HealthModule,
  ],
})
export class AppModule {}
