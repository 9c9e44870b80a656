import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { KUBERNETES_FOLDER, render, textOf, type Manifest } from './manifests.js';
import { schemaMistakes } from './schema-check.js';

const FOLDERS = ['base', 'overlays/example', 'overlays/example-tiered'];

/** The manifests that no folder renders. */
const EXAMPLES = readdirSync(KUBERNETES_FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.example.yaml'),
);

const BASE = render('base');
const DEPLOYMENT = BASE.findIndex(({ kind }) => kind === 'Deployment');

describe('the manifests', () => {
  it.each(FOLDERS)('of %s are what Kubernetes takes', (folder) => {
    const manifests = render(folder);
    expect(manifests.length).toBeGreaterThan(6);
    expect(manifests.flatMap(schemaMistakes)).toEqual([]);
  });

  it('that are examples are, too', () => {
    expect(EXAMPLES).toHaveLength(2);
    const manifests = EXAMPLES.flatMap((file) =>
      parseAllDocuments(textOf(file)).map((document) => document.toJS() as Manifest),
    );
    expect(manifests.flatMap(schemaMistakes)).toEqual([]);
  });

  it('name no image that an overlay has not named', () => {
    for (const folder of FOLDERS.slice(1)) {
      expect(JSON.stringify(render(folder))).not.toContain('"image":"conversation-store"');
    }
  });

  it('have the alert rules that any Prometheus takes', () => {
    const rule = parse(textOf('components/prometheus-operator/prometheus-rule.yaml')) as {
      spec: unknown;
    };
    // `npm run deploy:rules` writes them.
    expect(rule.spec).toEqual(parse(textOf('../prometheus/alerts.yaml')));
  });
});

/** A mistake, where it is, and what it is. */
const MISTAKES: readonly (readonly [text: string, mistake: string, told: RegExp])[] = [
  ['"periodSeconds":10', '"periodSecond":10', /livenessProbe must NOT have additional properties/],
  ['"failureThreshold":60', '"failureThreshold":"60"', /startupProbe\/failureThreshold.*integer/],
  ['"path":"/health/ready"', '"path":["/health/ready"]', /readinessProbe\/httpGet\/path.*string/],
  ['"port":"http"', '"port":true', /httpGet\/port must be/],
  ['"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":1', /must be boolean/],
  ['"containers":[', '"container":[', /must have required property 'containers'/],
  ['"topologyKey"', '"topologykey"', /must have required property 'topologyKey'/],
  ['"selector":{', '"selectors":{', /must have required property 'selector'/],
  ['"apps/v1"', '"apps/v1beta1"', /no schema/],
];

describe('a mistake in a manifest', () => {
  it.each(MISTAKES)('is found: %s as %s', (text, mistake, told) => {
    const good = JSON.stringify(BASE[DEPLOYMENT]);
    expect(good).toContain(text);
    const bad = JSON.parse(good.replace(text, mistake)) as Manifest;
    expect(schemaMistakes(bad).join('\n')).toMatch(told);
  });
});
