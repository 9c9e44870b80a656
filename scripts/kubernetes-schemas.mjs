/**
 * Writes the schemas of the kinds that the Kubernetes manifests use: for a newer Kubernetes, or another kind.
 *
 *     curl -fO https://raw.githubusercontent.com/cdk8s-team/cdk8s/master/kubernetes-schemas/v1.36.0/_definitions.json
 *     for kind in servicemonitors prometheusrules; do
 *       curl -fO https://raw.githubusercontent.com/prometheus-operator/prometheus-operator/v0.93.0/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml
 *     done
 *     npm run schemas:kubernetes -- 1.36 _definitions.json monitoring.coreos.com_*.yaml
 *
 * An object that names its fields may have no others, as `kubectl apply` has it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const OUTPUT = 'test/kubernetes/schemas.json';

const KINDS = {
  'v1/ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1/Namespace': 'io.k8s.api.core.v1.Namespace',
  'v1/Secret': 'io.k8s.api.core.v1.Secret',
  'v1/Service': 'io.k8s.api.core.v1.Service',
  'v1/ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
  'apps/v1/Deployment': 'io.k8s.api.apps.v1.Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'networking.k8s.io/v1/Ingress': 'io.k8s.api.networking.v1.Ingress',
  'networking.k8s.io/v1/NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
};

const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const REFERENCE = '#/definitions/';

/** The keywords that a check needs. */
const KEYWORDS = ['$ref', 'type', 'enum', 'required', 'pattern', 'minimum', 'maximum', 'minLength'];
const LISTS = ['oneOf', 'anyOf', 'allOf'];

const [version, definitionsFile, ...crdFiles] = process.argv.slice(2);
if (!definitionsFile) throw new Error('Usage: kubernetes-schemas VERSION DEFINITIONS CRD...');
const { definitions: source } = JSON.parse(readFileSync(definitionsFile, 'utf8'));

const kinds = { ...KINDS };
for (const file of crdFiles) {
  const { spec } = parse(readFileSync(file, 'utf8'));
  const { name, schema } = spec.versions.find(({ storage }) => storage);
  const { kind } = spec.names;
  kinds[`${spec.group}/${name}/${kind}`] = kind;
  source[kind] = schema.openAPIV3Schema;
  source[kind].properties.metadata = { $ref: REFERENCE + METADATA };
}

const definitions = {};
function take(name) {
  if (definitions[name]) return;
  definitions[name] = {};
  definitions[name] = reduce(source[name]);
}
Object.values(kinds).forEach(take);

/** A schema without prose. It takes what it refers to, too. */
function reduce(schema) {
  if (schema.$ref) take(schema.$ref.slice(REFERENCE.length));
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  const entries = KEYWORDS.filter((key) => key in schema).map((key) => [key, schema[key]]);
  const reduced = Object.fromEntries(entries);
  // Go has flags in a pattern, and JavaScript has not.
  if (reduced.pattern?.includes('(?i)')) delete reduced.pattern;
  for (const key of LISTS) if (schema[key]) reduced[key] = schema[key].map(reduce);
  if (schema.items) reduced.items = reduce(schema.items);
  if (schema.properties) {
    reduced.properties = map(schema.properties, reduce);
    const isOpen = schema['x-kubernetes-preserve-unknown-fields'];
    if (!isOpen) reduced.additionalProperties = false;
  } else if (typeof schema.additionalProperties === 'object') {
    reduced.additionalProperties = reduce(schema.additionalProperties);
  }
  return reduced;
}

function map(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

const lines = Object.keys(definitions)
  .sort()
  .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(definitions[name])}`);
writeFileSync(
  OUTPUT,
  `{\n  "kubernetes": ${JSON.stringify(version)},\n  "kinds": ${JSON.stringify(kinds)},\n  "definitions": {\n${lines.join(',\n')}\n  }\n}\n`,
);
console.log(`${OUTPUT}: ${lines.length} definitions`);
