import { Logger, type INestApplicationContext } from '@nestjs/common';
import type { NestApplicationContext } from '@nestjs/core';
import { Drain } from './health/drain.js';

/** Says whether this rejection is one that somebody else has handled. */
export type RejectionClaim = (reason: unknown, promise: Promise<unknown>) => boolean;

const logger = new Logger('Process');

/**
 * An error that nobody handles is a mistake in the code, after which the process may be in any state.
 * Node would end the process at once, and with it every request in flight. This logs the error, lets the
 * process drain as after SIGTERM, and exits with 1. The function that it returns ends that.
 */
export function stopOnStrayErrors(
  app: INestApplicationContext,
  claims: readonly RejectionClaim[],
): () => void {
  let isStopping = false;
  const stop = (kind: string, error: unknown): void => {
    logger.error(
      `${kind}. The process stops.`,
      error instanceof Error ? error.stack : String(error),
    );
    if (isStopping) return;
    isStopping = true;
    void stopGracefully(app);
  };
  const onException = (error: unknown): void => stop('Nobody caught an exception', error);
  const onRejection = (reason: unknown, promise: Promise<unknown>): void => {
    if (claims.some((claim) => claim(reason, promise))) return;
    stop('Nobody handled a rejection', reason);
  };
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  return () => {
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
}

async function stopGracefully(app: INestApplicationContext): Promise<void> {
  try {
    app.get(Drain).begin();
    // The interface leaves out the signal, for which the drain waits.
    await (app as NestApplicationContext).close('SIGTERM');
  } catch (error) {
    logger.error('The process could not stop gracefully.', error);
  }
  process.exit(1);
}
