/** Writes the PrometheusRule of the Kubernetes manifests out of the rules that every Prometheus takes. */
import { readFileSync, writeFileSync } from 'node:fs';

const RULES = 'deploy/prometheus/alerts.yaml';
const MANIFEST = 'deploy/kubernetes/components/prometheus-operator/prometheus-rule.yaml';

const HEAD = `# Generated out of ${RULES} by \`npm run deploy:rules\`: change that file.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: conversation-store
  labels:
    app.kubernetes.io/name: conversation-store
spec:
`;

const rules = readFileSync(RULES, 'utf8');
const groups = rules.slice(rules.indexOf('groups:'));
writeFileSync(MANIFEST, HEAD + groups.replace(/^(?=.)/gm, '  '));
