/** Holds docs/openapi.json against the recommended rules of Redocly and of Spectral, and prints what they find. */
import { readFileSync } from 'node:fs';
import { createConfig, lint } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const FILE = 'docs/openapi.json';

const config = await createConfig({ extends: ['recommended'] });
const redocly = (await lint({ ref: FILE, config })).map(
  ({ ruleId, message, location }) => `redocly ${ruleId} ${location[0]?.pointer}: ${message}`,
);

const linter = new spectral.Spectral();
linter.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
const findings = (await linter.run(JSON.parse(readFileSync(FILE, 'utf8')))).map(
  ({ code, path, message }) => `spectral ${code} ${path.join('/')}: ${message}`,
);

for (const finding of [...redocly, ...findings]) process.stderr.write(`${FILE}: ${finding}\n`);
process.exitCode = redocly.length + findings.length > 0 ? 1 : 0;
