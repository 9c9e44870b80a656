import { readFileSync } from 'node:fs';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const DASHBOARD = JSON.parse(readFileSync('deploy/grafana/conversation-store.json', 'utf8')) as {
  panels: readonly Panel[];
  annotations: { list: readonly { expr: string }[] };
};

/** The titles of panels with their queries, as Grafana would send them. */
export const DASHBOARD_QUERIES: readonly (readonly [title: string, query: string])[] = [
  ...DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
  ...DASHBOARD.annotations.list.map(({ expr }) => ['annotation', expr] as const),
].map(
  ([title, expr]) =>
    [title, expr.replaceAll('$__rate_interval', '15s').replaceAll('$instance', '.+')] as const,
);
