import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { TracingOptions } from './tracing.options.js';
import { TRACING, type Tracing } from './tracing.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: TRACING_OPTIONS } =
  new ConfigurableModuleBuilder<TracingOptions>({ moduleName: 'Tracing' })
    .setClassMethodName('forRoot')
    .build();

/** Traces, if the options ask for them. Otherwise nothing of OpenTelemetry is loaded. */
@Module({
  providers: [
    {
      provide: TRACING,
      inject: [TRACING_OPTIONS],
      useFactory: async (options: TracingOptions): Promise<Tracing | null> =>
        options.isOn ? (await import('./start-tracing.js')).startTracing(options) : null,
    },
  ],
  exports: [TRACING],
})
export class TracingModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(TRACING) private readonly tracing: Tracing | null) {
    super();
  }

  /** Nest calls it after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.tracing?.stop();
  }
}
