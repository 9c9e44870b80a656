import { Logger, type INestApplicationContext } from '@nestjs/common';
import type { NestApplicationContext } from '@nestjs/core';
import { Drain } from './health/drain.js';
import { processLog } from './logging/log-output.js';

/** Returns true for a failure that concerns nothing but its own part of the process, and logs it. */
export type FailureClaim = (failure: unknown) => boolean;

const logger = new Logger('Process');

/**
 * An error that nobody handles is a mistake in the code, after which the process may be in any state.
 * Node would end the process at once, and with it every request in flight. This logs the error, lets the
 * process drain as after SIGTERM, and exits with 1. The function that it returns ends that.
 */
export function stopOnStrayErrors(
  app: INestApplicationContext,
  claims: readonly FailureClaim[],
): () => void {
  let isStopping = false;
  const stop = (kind: string, error: unknown): void => {
    logger.error(`${kind}. The process stops.`, error instanceof Error ? error : { err: error });
    if (isStopping) return;
    isStopping = true;
    void stopGracefully(app);
  };
  const isClaimed = (failure: unknown): boolean => claims.some((claim) => claim(failure));
  const onException = (error: unknown): void => {
    if (!isClaimed(error)) stop('Nobody caught an exception', error);
  };
  const onRejection = (reason: unknown): void => {
    if (!isClaimed(reason)) stop('Nobody handled a rejection', reason);
  };
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  const outputs = [process.stdout, process.stderr];
  for (const output of outputs) output.on('error', ignore);
  return () => {
    for (const output of outputs) output.off('error', ignore);
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
}

/** Nobody reads the log any more. To log that would fail again, without end. */
function ignore(): void {
  // The service goes on.
}

async function stopGracefully(app: INestApplicationContext): Promise<void> {
  try {
    app.get(Drain).begin();
    // The interface leaves out the signal, for which the drain waits.
    await (app as NestApplicationContext).close('SIGTERM');
  } catch (error) {
    logger.error('The process could not stop gracefully.', error);
  }
  await processLog.flush();
  process.exit(1);
}
