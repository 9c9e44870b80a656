import { setTimeout as delay } from 'node:timers/promises';
import type { Attack } from './attack.js';
import type { CalmSample } from './calm-tenant.js';
import { Gauges } from './gauges.js';
import { Scene } from './scene.js';

const CALM_SECONDS = 5;
const ATTACK_SECONDS = Number(process.env['ABUSE_SECONDS'] ?? 10);
/** The service may recover in the first of these two seconds. The second one is measured. */
const RECOVERY_SECONDS = 2;

/** The samples and the scripts of a span of time. */
export interface Phase {
  readonly requests: readonly CalmSample[];
  readonly probes: readonly CalmSample[];
  readonly newcomers: readonly CalmSample[];
  readonly scriptsPerSecond: number;
}

/** What the calm tenant saw of an attack, and what the attack cost the service. */
export interface Measured {
  readonly before: Phase;
  readonly during: Phase;
  readonly after: Phase;
  readonly rssMaxMiB: number;
  /** How often the attackers got each status. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** What the attack itself found to be wrong after it. */
  readonly findings: readonly string[];
}

interface Mark {
  readonly at: number;
  readonly scripts: number;
}

/** Measures the calm tenant alone, then beside the attack, and then after it. */
export async function measureAttack(attack: Attack): Promise<Measured> {
  const scene = await Scene.set(attack);
  const gauges = new Gauges(scene.service.pid, scene.redis);
  const mark = async (): Promise<Mark> => ({ at: Date.now(), scripts: await gauges.scripts() });
  try {
    const strike = await attack.prepare(scene);
    const calm = await mark();
    await delay(CALM_SECONDS * 1_000);
    const begun = await mark();
    await strike();
    await delay(begun.at + ATTACK_SECONDS * 1_000 - Date.now());
    scene.attackers.stop();
    const ended = await mark();
    await delay((RECOVERY_SECONDS * 1_000) / 2);
    const recovered = await mark();
    await delay((RECOVERY_SECONDS * 1_000) / 2);
    const over = await mark();
    const samples = await scene.calm.stop();
    const phase = (from: Mark, to: Mark): Phase => ({
      requests: within(samples, 'request', from, to),
      probes: within(samples, 'probe', from, to),
      newcomers: within(samples, 'newcomer', from, to),
      scriptsPerSecond: ((to.scripts - from.scripts) * 1_000) / (to.at - from.at),
    });
    return {
      before: phase(calm, begun),
      during: phase(begun, ended),
      after: phase(recovered, over),
      rssMaxMiB: gauges.rssMaxMiB,
      outcomes: scene.attackers.outcomes,
      findings: (await attack.inspect?.(scene)) ?? [],
    };
  } finally {
    gauges.close();
    await scene.close();
  }
}

function within(
  samples: readonly CalmSample[],
  kind: CalmSample['kind'],
  { at: from }: Mark,
  { at: to }: Mark,
): CalmSample[] {
  return samples.filter(
    ({ kind: ofSample, startedAt }) => ofSample === kind && startedAt >= from && startedAt < to,
  );
}
