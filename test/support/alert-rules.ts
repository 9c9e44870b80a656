import { readFileSync } from 'node:fs';

const RULES_FILE = 'deploy/prometheus/alerts.yaml';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** As Prometheus writes a duration: `5m`. */
  readonly for: string;
  readonly severity: string;
  readonly summary: string;
  readonly runbookUrl: string;
}

export const RULES_TEXT = readFileSync(RULES_FILE, 'utf8');

/** The rules of the file, which has no more of YAML than this reads. */
export const ALERT_RULES: readonly AlertRule[] = RULES_TEXT.split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => {
    const [alert = ''] = text.split('\n');
    const field = (name: string): string =>
      new RegExp(`^ +${name}: '?(.*?)'?$`, 'm').exec(text)?.[1] ?? '';
    const long = /^ +expr: \|\n((?: {10}.*\n)+)/m.exec(text)?.[1];
    return {
      alert,
      expr: (long ?? field('expr')).trim(),
      for: field('for'),
      severity: field('severity'),
      summary: field('summary'),
      runbookUrl: field('runbook_url'),
    };
  });
