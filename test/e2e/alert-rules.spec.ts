import { describe, expect, it } from '@jest/globals';
import { ALERT_RULES, RULES_TEXT } from '../support/alert-rules.js';
import { DASHBOARD_QUERIES } from '../support/dashboard.js';
import { promtool } from '../support/prometheus.js';

const ME = 'job="conversation-store",instance="a"';

interface Expectation {
  readonly alert: string;
  readonly series: readonly (readonly [series: string, values: string])[];
  /** When it does not fire yet, and when it does. */
  readonly quietAt: string;
  readonly firesAt: string;
}

/** The durations of the rules, with series of the metrics' names: what a test of real causes cannot wait for. */
const CASES: readonly Expectation[] = [
  {
    alert: 'ConversationStorePostgresOldTransaction',
    series: [[`conversation_store_postgres_oldest_transaction_seconds{${ME}}`, '0+60x30']],
    quietAt: '6m',
    firesAt: '12m',
  },
  {
    alert: 'ConversationStorePostgresConnections',
    series: [
      [`conversation_store_postgres_connections{${ME}}`, '50 90x30'],
      [`conversation_store_postgres_max_connections{${ME}}`, '100x30'],
    ],
    quietAt: '5m',
    firesAt: '7m',
  },
  {
    alert: 'ConversationStoreErrors',
    series: [
      [
        `conversation_store_http_request_duration_seconds_count{${ME},route="/x",status="200"}`,
        '0+600x30',
      ],
      [
        `conversation_store_http_request_duration_seconds_count{${ME},route="/x",status="503"}`,
        '0+60x30',
      ],
    ],
    quietAt: '4m',
    firesAt: '8m',
  },
  {
    // Probes and scrapes come all the time: beside few requests, they would hide that these fail.
    alert: 'ConversationStoreErrors',
    series: [
      [
        `conversation_store_http_request_duration_seconds_count{${ME},route="/health/ready",status="200"}`,
        '0+600x30',
      ],
      [
        `conversation_store_http_request_duration_seconds_count{${ME},route="/x",status="503"}`,
        '0+1x30',
      ],
    ],
    quietAt: '4m',
    firesAt: '8m',
  },
  {
    alert: 'ConversationStoreRedisAway',
    series: [[`conversation_store_server_up{${ME},system="redis"}`, '1 0x30']],
    quietAt: '1m',
    firesAt: '3m',
  },
  {
    alert: 'ConversationStoreOldDirt',
    series: [[`conversation_store_oldest_dirt_seconds{${ME}}`, '0+30x30']],
    quietAt: '2m',
    firesAt: '5m',
  },
];

describe('the alert rules', () => {
  it('are what promtool accepts', () => {
    const output = promtool(['check', 'rules'], { 'alerts.yaml': RULES_TEXT });
    expect(output).toContain(`SUCCESS: ${ALERT_RULES.length} rules found`);
  });

  it.each(CASES)('let $alert fire after its time', ({ alert, series, quietAt, firesAt }) => {
    const rule = ALERT_RULES.find((one) => one.alert === alert);
    const count = (time: string, expected: number) => ({
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing",severity="${rule?.severity}"}) or vector(0)`,
      eval_time: time,
      exp_samples: [{ labels: '{}', value: expected }],
    });
    const tests = {
      rule_files: ['alerts.yaml'],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '1m',
          input_series: series.map(([name, values]) => ({ series: name, values })),
          promql_expr_test: [count(quietAt, 0), count(firesAt, 1)],
        },
      ],
    };
    const files = { 'alerts.yaml': RULES_TEXT, 'tests.yaml': JSON.stringify(tests) };
    expect(promtool(['test', 'rules'], files)).toContain('SUCCESS');
  });
});

describe('the dashboard', () => {
  it('shows which part of the requests fails, without probes and scrapes', () => {
    const [, expr] = DASHBOARD_QUERIES.find(([title]) => title === 'Errors') ?? [];
    const count = (labels: string) =>
      `conversation_store_http_request_duration_seconds_count{${ME},${labels}}`;
    const tests = {
      evaluation_interval: '15s',
      tests: [
        {
          interval: '5s',
          input_series: [
            { series: count('route="/x",status="503"'), values: '0+1x30' },
            { series: count('route="/x",status="200"'), values: '0+3x30' },
            { series: count('route="/health/ready",status="503"'), values: '0+50x30' },
            { series: count('route="/metrics",status="200"'), values: '0+50x30' },
          ],
          promql_expr_test: [
            { expr, eval_time: '2m', exp_samples: [{ labels: '{}', value: 0.25 }] },
          ],
        },
      ],
    };
    expect(promtool(['test', 'rules'], { 'tests.yaml': JSON.stringify(tests) })).toContain(
      'SUCCESS',
    );
  });
});
