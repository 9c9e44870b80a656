import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/** OpenTelemetry's own, on a storage that the channels of `node:diagnostics_channel` can be bound to. */
export class BoundContextManager extends AsyncLocalStorageContextManager {
  readonly storage = new AsyncLocalStorage<Context>();

  override active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT;
  }

  override with<Args extends unknown[], Code extends (...args: Args) => ReturnType<Code>>(
    context: Context,
    code: Code,
    thisArg?: ThisParameterType<Code>,
    ...args: Args
  ): ReturnType<Code> {
    return this.storage.run(context, () => code.apply(thisArg, args));
  }

  override disable(): this {
    this.storage.disable();
    return this;
  }
}
