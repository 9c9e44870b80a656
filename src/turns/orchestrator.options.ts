import { inspect } from 'node:util';
import type { Abstract, FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { Orchestrator } from './orchestrator.js';

export const DEFAULT_HISTORY_LIMIT = 50;
const MAX_HISTORY_LIMIT = 1_000;

/** The token of the {@link OrchestratorOptions} that the application binds. */
export const ORCHESTRATOR_OPTIONS = Symbol('ORCHESTRATOR_OPTIONS');

/** The orchestrator, and what a turn passes to it. */
export interface OrchestratorOptions {
  readonly orchestrator: Orchestrator;
  /** The most messages that `history` has: a whole number from 0 to 1,000; 50 when absent. */
  readonly historyLimit?: number;
}

/** Where the orchestrator comes from: a class, a factory or a provider of an imported module. */
export type OrchestratorModuleOptions =
  OrchestratorClass | OrchestratorFactory | ExistingOrchestrator;

/** Options that are known when the application starts: the factory may be asynchronous. */
export interface OrchestratorModuleAsyncOptions extends Imports {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    ...dependencies: never[]
  ) => OrchestratorOptions | Promise<OrchestratorOptions>;
}

interface Imports {
  /** The modules that export what the orchestrator or the factory injects. */
  readonly imports?: ModuleMetadata['imports'];
}

interface CommonOptions extends Imports, Pick<OrchestratorOptions, 'historyLimit'> {}

/** Nest makes the orchestrator. */
interface OrchestratorClass extends CommonOptions {
  readonly useClass: Type<Orchestrator>;
  readonly useFactory?: never;
  readonly useExisting?: never;
  readonly inject?: never;
}

/** The factory makes the orchestrator from the providers of `inject`, and may be asynchronous. */
interface OrchestratorFactory extends CommonOptions {
  readonly useFactory: (...dependencies: never[]) => Orchestrator | Promise<Orchestrator>;
  readonly inject?: FactoryProvider['inject'];
  readonly useClass?: never;
  readonly useExisting?: never;
}

/** The orchestrator is a provider that one of the `imports` exports. */
interface ExistingOrchestrator extends CommonOptions {
  readonly useExisting: Type<Orchestrator> | Abstract<Orchestrator> | string | symbol;
  readonly useClass?: never;
  readonly useFactory?: never;
  readonly inject?: never;
}

/** @throws Error when the options have a history limit that no turn could use */
export function checkOptions(options: OrchestratorOptions): OrchestratorOptions {
  const { historyLimit = DEFAULT_HISTORY_LIMIT } = options;
  const isValid =
    Number.isInteger(historyLimit) && historyLimit >= 0 && historyLimit <= MAX_HISTORY_LIMIT;
  if (isValid) return options;
  throw new Error(
    `The historyLimit of OrchestratorModule must be a whole number from 0 to ${MAX_HISTORY_LIMIT}, ` +
      `and not ${inspect(historyLimit)}.`,
  );
}
