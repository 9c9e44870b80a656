import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Manifest } from './manifests.js';

interface Schemas {
  readonly kubernetes: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, object>>;
}

/** `npm run schemas:kubernetes` has made them: scripts/kubernetes-schemas.mjs says of what. */
const { kinds, definitions } = JSON.parse(
  readFileSync('test/kubernetes/schemas.json', 'utf8'),
) as Schemas;

// The schemas come from elsewhere, and are not in the style that Ajv wants. Formats say only how wide numbers are.
const ajv = new Ajv({
  allErrors: true,
  validateFormats: false,
  strict: false,
  unicodeRegExp: false,
});
ajv.addSchema({ $id: 'kubernetes', definitions });

/** What an API server would refuse in a manifest, a line each: where, and what is wrong. */
export function schemaMistakes({ apiVersion, kind, ...rest }: Manifest): string[] {
  const definition = kinds[`${apiVersion}/${kind}`];
  if (definition === undefined) return [`${apiVersion}/${kind}: no schema`];
  const validate = ajv.getSchema(`kubernetes#/definitions/${definition}`);
  if (!validate) throw new Error(`The schema of ${definition} is missing.`);
  if (validate({ apiVersion, kind, ...rest }) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [kind, instancePath, message, JSON.stringify(params)].join(' '),
  );
}
