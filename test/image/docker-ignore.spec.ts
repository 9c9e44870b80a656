import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DockerIgnore } from './docker-ignore.js';

describe('.dockerignore', () => {
  const ignore = new DockerIgnore(readFileSync('.dockerignore', 'utf8'));

  it.each([
    '.env',
    '.env.local',
    '.dev/jwt-secret',
    '.git/config',
    '.npmrc',
    'bench/main.ts',
    'deploy/container/.env',
    'dist/main.js',
    'node_modules/pg/package.json',
    'server.key',
    'src/.env',
    'src/store/tls.pem',
    'src/app.spec.ts',
    'src/store/store.spec.ts',
    'test/support/token.ts',
  ])('gives the build no %s', (path) => expect(ignore.isIgnored(path)).toBe(true));

  it.each(['package-lock.json', 'src/main.ts', 'src/store/redis/scripts/read.lua'])(
    'gives the build %s',
    (path) => expect(ignore.isIgnored(path)).toBe(false),
  );
});

describe('the rules of Docker', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-ignore-'));
    for (const path of ['a/b/c.ts', 'a/b/c.md', 'a/d.ts', 'e.ts', 'f/g.ts']) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['', ['a/b/c.md', 'a/b/c.ts', 'a/d.ts', 'e.ts', 'f/g.ts']],
    ['# a\n\nf\n*.ts', ['a/b/c.md', 'a/b/c.ts', 'a/d.ts']],
    ['**/*.ts', ['a/b/c.md']],
    ['*\n!a', ['a/b/c.md', 'a/b/c.ts', 'a/d.ts']],
    ['*\n!a\na/b', ['a/d.ts']],
    ['*\n!a/b', ['a/b/c.md', 'a/b/c.ts']],
    // The classic builder does not look for exceptions below a folder that no pattern begins with.
    ['*\n!a/**/*.ts', ['a/d.ts']],
  ])('%j leaves %j', (text, files) => {
    expect(new DockerIgnore(text).filesOf(folder).sort()).toEqual(files);
  });
});
