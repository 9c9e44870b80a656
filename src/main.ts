import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { ConfigurationError } from './config/configuration.error.js';
import { processLog } from './logging/log-output.js';
import { MasterKeysError } from './store/sealing/master-keys.error.js';
import { startService } from './start.js';

/** A mistake in the configuration concerns the operator, who needs no stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof MasterKeysError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await startService(AppModule.forRoot());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  await processLog.flush();
  process.exit(1);
}
