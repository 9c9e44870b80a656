import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_RULES } from '../../test/support/alert-rules.js';
import { DASHBOARD_QUERIES } from '../../test/support/dashboard.js';
import { startService, type TestService } from '../../test/support/service.js';

const PAGE = readFileSync('docs/operations.md', 'utf8');

let service: TestService;
let text: string;
beforeAll(async () => {
  service = await startService();
  text = await (await fetch(`${service.url}/metrics`)).text();
});
afterAll(() => service.close());

/** Of the metrics of the service: those of Node and of the process are prom-client's. */
function declared(): string[] {
  const help = new Map(
    Array.from(text.matchAll(/^# HELP (conversation_store_\w+) (.*)$/gm), ([, name, of]) => [
      name,
      of,
    ]),
  );
  return Array.from(
    text.matchAll(/^# TYPE (conversation_store_\w+) (\w+)$/gm),
    ([, name, type]) => `${name}, ${type}: ${help.get(name)}`,
  );
}

function documented(): string[] {
  const [, section = ''] = PAGE.split('## Metrics');
  const rows = section.matchAll(
    /^\| `(conversation_store_\w+)` +\| (\w+) +\| [^|]*\| (.*?) +\|$/gm,
  );
  return Array.from(rows, ([, name, type, help]) => `${name}, ${type}: ${help}`);
}

describe('docs/operations.md', () => {
  it('lists every metric with its type and its meaning, and no other', () => {
    expect(documented().sort()).toEqual(declared().sort());
  });

  it('lists no metric that the dashboard does not show', () => {
    const queries = DASHBOARD_QUERIES.map(([, query]) => query).join(' ');
    const names = Array.from(
      text.matchAll(/^# HELP (conversation_store_\w+)/gm),
      ([, name]) => name,
    );
    expect(
      names.filter((name) => !new RegExp(`${name}(_count|_bucket)?\\{`).test(queries)),
    ).toEqual([]);
  });

  it('has a section for every alert, with its severity', () => {
    const sections = Array.from(
      PAGE.matchAll(/^### (ConversationStore\w+)\n\n(\w+)\. /gm),
      ([, name, severity]) => `${name} ${severity?.toLowerCase()}`,
    );
    expect(sections).toEqual(ALERT_RULES.map(({ alert, severity }) => `${alert} ${severity}`));
  });

  it.each(ALERT_RULES)('is where $alert leads', ({ alert, runbookUrl, summary, for: duration }) => {
    // Behind the address of the published page, if somebody has set it.
    expect(runbookUrl).toMatch(
      new RegExp(`^(https?://.+/)?docs/operations\\.md#${alert.toLowerCase()}$`),
    );
    expect(summary).not.toBe('');
    expect(duration).toMatch(/^\d+m$/);
  });
});
