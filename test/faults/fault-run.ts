import { expect } from '@jest/globals';
import { isMeasured, recordResult, type FaultResult } from './fault-results.js';
import type { FaultScene } from './fault-scene.js';
import { Ledger } from './ledger.js';
import { FAULT_SECONDS, type Nemesis } from './nemesis.js';
import { textsInApi } from './stored-texts.js';
import { judge, type StoredTexts, type Verdict } from './verdict.js';
import { Workload } from './workload.js';

const KEPT: Verdict = {
  lost: [],
  untold: [],
  doubled: [],
  reordered: [],
  misplaced: [],
  misanswered: [],
};

/** How much later than its deadline a machine that does nothing else may be to read the clock. */
const SCHEDULING_MS = 1_500;

/** What is known when the fault is over, and before anything is sent again. */
export interface Aftermath {
  readonly ledger: Ledger;
  readonly workload: Workload;
  readonly verdict: Verdict;
  readonly result: FaultResult;
}

/**
 * Lets clients write while the nemesis strikes, and holds what is stored against the ledger: first as
 * the clients left it, then after they have sent again, with its key, what was not acknowledged. Then
 * everything that had a key is acknowledged, so that the verdict means: stored, exactly once.
 */
export async function runUnderFault(
  scene: FaultScene,
  nemesis: Nemesis,
  ledger = new Ledger(),
): Promise<FaultResult> {
  const { workload, verdict, result } = await strikeUnderLoad(scene, nemesis, ledger);
  const { surprises } = ledger;
  recordResult(result);
  expect({ verdict, surprises }).toEqual({ verdict: KEPT, surprises: new Map() });

  await workload.retry(ledger.retriable);
  expect(ledger.retriable).toEqual([]);
  expect(judge(ledger, await readBoth(scene, ledger))).toEqual(KEPT);
  expect(surprises).toEqual(new Map());

  expect(result.strikes).toBeGreaterThan(0);
  const effects = { ...result, failed: result.refused + result.unknown };
  for (const cause of nemesis.causes) expect([cause, effects[cause] > 0]).toEqual([cause, true]);
  if (isMeasured()) expect(ledger.slowestMs).toBeLessThan(scene.timeoutMs + SCHEDULING_MS);
  return result;
}

/** The first half of a run, which promises nothing. */
export async function strikeUnderLoad(
  scene: FaultScene,
  nemesis: Nemesis,
  ledger = new Ledger(),
): Promise<Aftermath> {
  const workload = new Workload(scene, ledger);
  const begun = performance.now();
  let strikes: number;
  let recoveryMs: number;
  try {
    await workload.start();
    await workload.servesAllSince(begun);
    strikes = await nemesis.strike(FAULT_SECONDS * 1_000, workload);
    const healed = performance.now();
    await workload.servesAllSince(healed);
    recoveryMs = performance.now() - healed;
  } finally {
    await workload.stop();
  }

  const stored = await readBoth(scene, ledger);
  const texts = [...stored.values()].flat();
  const known = new Set(texts);
  const verdict = judge(ledger, stored);
  const result = {
    nemesis: nemesis.name,
    strikes,
    sent: ledger.entries.length,
    acknowledged: ledger.of('acknowledged').length,
    refused: ledger.of('refused').length,
    unknown: ledger.of('unknown').length,
    unknownStored: ledger.of('unknown').filter(({ text }) => known.has(text)).length,
    stored: texts.length,
    lost: verdict.lost.length,
    doubled: verdict.doubled.length,
    recoveryMs: Math.round(recoveryMs),
    unservedMs: Math.round(ledger.unservedMs),
    slowestMs: Math.round(ledger.slowestMs),
  };
  return { ledger, workload, verdict, result };
}

/** What the API shows is what the database has, whichever process is asked. */
async function readBoth(
  { pair, users, texts: textsInDatabase }: FaultScene,
  ledger: Ledger,
): Promise<StoredTexts> {
  const inDatabase = await textsInDatabase();
  const shown = await Promise.all(users.map((user, i) => textsInApi(pair.client(user, i))));
  const inApi = new Map(shown.flatMap((texts) => [...texts]));
  // Earlier runs on the same servers had users of their own.
  const known = new Set(ledger.entries.map(({ text }) => text));
  const ours = [...inDatabase].filter(
    ([id, texts]) => inApi.has(id) || texts.some((text) => known.has(text)),
  );
  expect(new Map(ours)).toEqual(inApi);
  return inApi;
}
