import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { processLog } from './log-output.js';

/** Nest ends the process after the hooks of the shutdown. */
@Injectable()
class LogFlush implements OnApplicationShutdown {
  onApplicationShutdown(): Promise<void> {
    return processLog.flush();
  }
}

/** Lets the last lines of the log be written before the process ends. */
@Module({ providers: [LogFlush] })
export class LoggingModule {}
