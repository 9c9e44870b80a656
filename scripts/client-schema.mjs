/**
 * Writes the types of the API for the client package, from the description: `npm run openapi` does so after that.
 * `--print` shows them instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const DESCRIPTION = 'docs/openapi.json';
const FILE = 'clients/typescript/src/schema.ts';
const HEADER = '/** Made from docs/openapi.json by `npm run openapi`. Do not edit. */\n';

const { components, ...description } = JSON.parse(readFileSync(DESCRIPTION, 'utf8'));
const schemas = { ...description, paths: {}, components: { schemas: components.schemas } };
// A default is what the service takes in place of nothing: the client need not send it.
const types = astToString(await openapiTS(schemas, { immutable: true, defaultNonNullable: false }))
  // What there is none of.
  .replaceAll(/^export type .*never>;\n/gm, '');
const options = { ...(await resolveConfig(FILE)), filepath: FILE };
const text = await format(HEADER + types, options);
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(FILE, text);
