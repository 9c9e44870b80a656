import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

/** What axe has against the page as it is: each rule with the elements that break it. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // As an expression: the policy of the page forbids scripts of others.
  await page.evaluate(`${AXE};0`);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target }) => target.join(' '));
    return `${id}: ${places.slice(0, 3).join(', ')}`;
  });
}
