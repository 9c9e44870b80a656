import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../src/config/environment.js';

const TEXT = readFileSync('deploy/azure/main.bicep', 'utf8');

/** The file without comments, and with texts emptied except for what they insert. */
const CODE = TEXT.replace(/^\s*\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, (text) =>
  [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inserted]) => ` ${inserted} `).join(' '),
);

function declared(kind: string): string[] {
  return [...CODE.matchAll(new RegExp(`^${kind} (\\w+)`, 'gm'))].map(([, name]) => name as string);
}

function resource(symbol: string): string {
  const start = TEXT.indexOf(`resource ${symbol} `);
  return TEXT.slice(start, TEXT.indexOf('\n}\n', start));
}

/** No compiler of Bicep is at hand: this finds what a slip of the hand breaks, and no more. */
describe('deploy/azure/main.bicep', () => {
  it('says of itself what was checked, and what was never done', () => {
    expect(TEXT).toContain('// Checked: ');
    expect(TEXT).toContain('// Never done: this file was never compiled by Bicep');
  });

  it('closes its brackets and quotes', () => {
    expect(CODE).not.toContain("'");
    const open: string[] = [];
    for (const [bracket] of CODE.matchAll(/[()[\]{}]/g)) {
      if ('([{'.includes(bracket)) open.push(bracket);
      else expect(`${open.pop() ?? ''}${bracket}`).toMatch(/^(\(\)|\[\]|\{\})$/);
    }
    expect(open).toEqual([]);
  });

  it('uses every parameter and variable', () => {
    for (const name of [...declared('param'), ...declared('var')]) {
      expect([name, CODE.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0]).toEqual([
        name,
        expect.any(Number),
      ]);
      expect(CODE.match(new RegExp(`\\b${name}\\b`, 'g'))?.length).toBeGreaterThan(1);
    }
  });

  it('refers to what it declares alone', () => {
    const names = new Set([...declared('param'), ...declared('var'), ...declared('resource')]);
    const references = [
      ...CODE.matchAll(/(?:parent|scope): (\w+)/g),
      ...CODE.matchAll(/\b(\w+)\.(?:id|name|properties)\b/g),
      ...CODE.matchAll(/dependsOn: \[(\w+)\]/g),
    ].map(([, name]) => name as string);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(names).toContain(name);
  });

  it('names the API version of every resource', () => {
    const types = [...TEXT.matchAll(/^resource \w+ '([^']*)'/gm)].map(([, type]) => type);
    expect(types).toHaveLength(declared('resource').length);
    for (const type of types) {
      expect(type).toMatch(/^Microsoft\.[\w.]+(\/\w+)+@\d{4}-\d\d-\d\d(-preview)?$/);
    }
  });

  it('has the settings on which the service depends', () => {
    expect(resource('redisDatabase')).toMatch(/evictionPolicy: 'NoEviction'/);
    expect(resource('redisDatabase')).toMatch(/accessKeysAuthentication: 'Disabled'/);
    expect(resource('redisDatabase')).toMatch(/clientProtocol: 'Encrypted'/);
    expect(resource('redisAccess')).toMatch(/objectId: identity\.properties\.principalId/);
    expect(resource('postgres')).toMatch(/activeDirectoryAuth: 'Enabled'/);
    expect(resource('postgres')).toMatch(/passwordAuth: 'Disabled'/);
  });

  it('outputs variables that the service has', () => {
    const { environment } = readEnvironment({});
    const outputs = declared('output');
    expect(outputs.length).toBeGreaterThan(3);
    for (const name of outputs) expect(Object.keys(environment)).toContain(name);
  });
});
