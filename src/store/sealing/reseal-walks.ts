import { ResealRun, type ResealOptions } from './reseal-run.js';

/** A walk over all that one server stores. */
export interface ResealWalk {
  /** Positions begin with it. */
  readonly name: string;
  /**
   * Replaces the texts that are not current. It returns early when the run is stopped.
   * @param from a position that it has passed to `advance`; undefined for the beginning
   * @throws StoreUnavailableError, TypeError when the position is none of its own
   */
  walk(
    run: ResealRun,
    from: string | undefined,
    advance: (position: string) => void,
  ): Promise<void>;
}

export interface ResealResult {
  /** Conversations that the last pass has seen. */
  readonly conversations: number;
  /** Texts that were sealed anew. */
  readonly resealed: number;
  /** Conversations with texts that cannot be opened. */
  readonly damaged: number;
  /** `unfinished`: somebody goes on writing texts that are not current. */
  readonly outcome: 'done' | 'stopped' | 'unfinished';
  /** Where another run can go on. */
  readonly position: string;
}

/** One that changes what it has read before may write an old text once more; a few passes come after that. */
const MAX_PASSES = 10;

/**
 * Walks until a whole pass finds nothing to replace.
 * @param settleMs milliseconds after which nobody writes any more what was read before a pass
 * @throws StoreUnavailableError, TypeError when there is no such position
 */
export async function resealAll(
  walks: readonly ResealWalk[],
  options: ResealOptions & { readonly settleMs: number },
): Promise<ResealResult> {
  const run = new ResealRun(options);
  const end = (outcome: ResealResult['outcome']): ResealResult => {
    const { conversations, resealed, damaged, position } = run;
    return { conversations, resealed, damaged, outcome, position };
  };
  let start = startOf(walks, options.from);
  run.position = options.from ?? '';
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    run.beginPass(pass);
    const before = run.resealed + run.missed;
    await walkFrom(walks, start, run);
    if (run.isStopped) return end('stopped');
    const hasFound = run.resealed + run.missed > before;
    if (!hasFound && start === BEGINNING) return end('done');
    start = BEGINNING;
    if (hasFound) await run.pause(options.settleMs);
  }
  return end('unfinished');
}

interface Start {
  /** Of the first walk. */
  readonly index: number;
  readonly from: string | undefined;
}

const BEGINNING: Start = { index: 0, from: undefined };

function startOf(walks: readonly ResealWalk[], position: string | undefined): Start {
  if (position === undefined) return BEGINNING;
  const colon = position.indexOf(':');
  const index = walks.findIndex(({ name }) => name === position.slice(0, colon));
  if (index === -1) throw new TypeError('There is no such position in this store.');
  return { index, from: position.slice(colon + 1) };
}

async function walkFrom(
  walks: readonly ResealWalk[],
  { index, from }: Start,
  run: ResealRun,
): Promise<void> {
  for (let i = index; i < walks.length && !run.isStopped; i++) {
    const walk = walks[i] as ResealWalk;
    await walk.walk(run, i === index ? from : undefined, (position) =>
      run.advance(`${walk.name}:${position}`),
    );
  }
}
