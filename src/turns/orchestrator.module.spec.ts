import { inspect } from 'node:util';
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ORCHESTRATOR, type Orchestrator, type TurnOutput } from './orchestrator.js';
import { OrchestratorModule } from './orchestrator.module.js';
import { ORCHESTRATOR_OPTIONS, type OrchestratorOptions } from './orchestrator.options.js';

@Injectable()
class Greetings {
  readonly text = 'Hello';
}

@Injectable()
class Greeter implements Orchestrator {
  constructor(readonly greetings: Greetings) {}

  async *answer(): AsyncIterable<TurnOutput> {
    yield this.greetings.text;
  }
}

@Module({ providers: [Greetings, Greeter], exports: [Greetings, Greeter] })
class GreetingsModule {}

const imports = [GreetingsModule];

describe('OrchestratorModule', () => {
  let module: TestingModule | undefined;

  afterEach(async () => {
    await module?.close();
    module = undefined;
  });

  async function bind(
    ...modules: ReturnType<typeof OrchestratorModule.forRoot>[]
  ): Promise<OrchestratorOptions> {
    module = await Test.createTestingModule({ imports: [GreetingsModule, ...modules] }).compile();
    return module.get(ORCHESTRATOR_OPTIONS, { strict: false });
  }

  async function expectGreeter(bound: OrchestratorOptions, historyLimit?: number): Promise<void> {
    expect(bound.orchestrator).toBeInstanceOf(Greeter);
    expect((bound.orchestrator as Greeter).greetings.text).toBe('Hello');
    expect(bound.historyLimit).toBe(historyLimit);
    expect(module?.get(ORCHESTRATOR, { strict: false })).toBe(bound.orchestrator);
  }

  it('makes the orchestrator of a class', async () => {
    const bound = await bind(
      OrchestratorModule.forRoot({ imports, useClass: Greeter, historyLimit: 7 }),
    );
    await expectGreeter(bound, 7);
    expect(bound.orchestrator).not.toBe(module?.get(Greeter));
  });

  it('takes the orchestrator of a factory, which may be asynchronous', async () => {
    const useFactory = async (greetings: Greetings): Promise<Orchestrator> =>
      new Greeter(greetings);
    const options = { imports, inject: [Greetings], useFactory };
    await expectGreeter(await bind(OrchestratorModule.forRoot(options)));
  });

  it('takes a provider that an imported module exports', async () => {
    const bound = await bind(OrchestratorModule.forRoot({ imports, useExisting: Greeter }));
    await expectGreeter(bound);
    expect(bound.orchestrator).toBe(module?.get(Greeter));
  });

  it('takes all its options of a factory', async () => {
    const useFactory = async (orchestrator: Greeter): Promise<OrchestratorOptions> => ({
      orchestrator,
      historyLimit: 3,
    });
    const options = { imports, inject: [Greeter], useFactory };
    await expectGreeter(await bind(OrchestratorModule.forRootAsync(options)), 3);
  });

  it.each([-1, 1.5, 1_001, NaN, '7'])(
    'refuses to start with a historyLimit of %s',
    async (limit) => {
      const historyLimit = limit as number;
      const message = `The historyLimit of OrchestratorModule must be a whole number from 0 to 1000, and not ${inspect(limit)}.`;
      const options = { imports, useClass: Greeter, historyLimit };
      await expect(bind(OrchestratorModule.forRoot(options))).rejects.toThrow(message);
      const useFactory = (orchestrator: Greeter): OrchestratorOptions => ({
        orchestrator,
        historyLimit,
      });
      const asynchronous = { imports, inject: [Greeter], useFactory };
      await expect(bind(OrchestratorModule.forRootAsync(asynchronous))).rejects.toThrow(message);
    },
  );

  it.each([0, 1_000])('takes a historyLimit of %i', async (historyLimit) => {
    const options = { imports, useClass: Greeter, historyLimit };
    await expectGreeter(await bind(OrchestratorModule.forRoot(options)), historyLimit);
  });

  it('refuses to start with two orchestrators', async () => {
    const one = OrchestratorModule.forRoot({ imports, useClass: Greeter });
    const two = OrchestratorModule.forRoot({ imports, useExisting: Greeter });
    await expect(bind(one, two)).rejects.toThrow(
      'The application binds 2 orchestrators. Import OrchestratorModule only once.',
    );
    // Two modules may import the same one.
    await expectGreeter(await bind(one, one));
  });
});

/** `tsc` is what fails here: when a combination compiles, its directive is unused. */
describe('the options of OrchestratorModule', () => {
  it('do not compile in an impossible combination', () => {
    const inject = [Greetings];
    const useFactory = (greetings: Greetings): Orchestrator => new Greeter(greetings);
    const combinations = [
      // @ts-expect-error - nothing says which orchestrator it is
      () => OrchestratorModule.forRoot({ historyLimit: 1 }),
      // @ts-expect-error - two sources
      () => OrchestratorModule.forRoot({ useClass: Greeter, useExisting: Greeter }),
      // @ts-expect-error - two sources
      () => OrchestratorModule.forRoot({ useClass: Greeter, useFactory, inject }),
      // @ts-expect-error - a class injects by its constructor
      () => OrchestratorModule.forRoot({ useClass: Greeter, inject }),
      // @ts-expect-error - an existing provider needs nothing
      () => OrchestratorModule.forRoot({ useExisting: Greeter, inject }),
      // @ts-expect-error - not an orchestrator
      () => OrchestratorModule.forRoot({ useClass: Greetings }),
      // @ts-expect-error - not an orchestrator
      () => OrchestratorModule.forRoot({ useFactory: () => new Greetings() }),
      // @ts-expect-error - the factory returns the orchestrator together with its options
      () => OrchestratorModule.forRootAsync({ useFactory }),
      // @ts-expect-error - the factory alone says what is bound
      () => OrchestratorModule.forRootAsync({ useClass: Greeter }),
    ];
    expect(combinations).toHaveLength(9);
  });
});
