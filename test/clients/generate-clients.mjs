/**
 * Generates clients of the API with the default settings of three generators, compiles them under `strict`, and uses them:
 * `node generate-clients.mjs <folder> <address of the service> <token>` prints what each client has seen.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { generate } from 'orval';
import ts from 'typescript';

const DESCRIPTION = resolve('docs/openapi.json');
const [folder, url, token] = process.argv.slice(2);

await createClient({
  input: DESCRIPTION,
  output: join(folder, 'hey'),
  logs: { level: 'silent', file: false },
});
writeFileSync(
  join(folder, 'openapi-typescript.ts'),
  astToString(await openapiTypescript(pathToFileURL(DESCRIPTION))),
);
// It tells of its success on the standard output.
console.log = () => undefined;
await generate({ input: DESCRIPTION, output: join(folder, 'orval/api.ts') });

const main = join(folder, 'use-clients.ts');
copyFileSync('test/clients/use-clients.ts', main);
const program = ts.createProgram([main], {
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
});
const { diagnostics } = program.emit();
const mistakes = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
process.stderr.write(
  ts.formatDiagnostics(mistakes, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => '\n',
  }),
);
if (mistakes.length > 0) process.exit(1);

const { useHeyApi, useOpenapiTypescript, useOrval } = await import(
  pathToFileURL(join(folder, 'use-clients.js')).href
);
const seen = [];
for (const use of [useHeyApi, useOpenapiTypescript, useOrval]) seen.push(await use({ url, token }));
process.stdout.write(JSON.stringify(seen));
process.exit(0);
