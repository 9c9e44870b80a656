import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DockerIgnore } from './docker-ignore.js';
import { parseDockerfile, readImageConfig, type Stage } from './dockerfile.js';

const stages = parseDockerfile(readFileSync('Dockerfile', 'utf8'));
const config = readImageConfig(stages.at(-1) as Stage);
const { version, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  scripts: Record<string, string>;
};

describe('the Dockerfile', () => {
  it('starts Node with the flags of npm start, and without a shell', () => {
    expect(config.entrypoint).toEqual(['/nodejs/bin/node']);
    expect(['node', ...config.command].join(' ')).toBe(scripts['start']);
    expect(config.healthCheck).toEqual([...config.entrypoint, 'dist/cli/health.js']);
  });

  it('runs as a user that is not root, by number, in production', () => {
    expect(config.user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(config.environment).toEqual({ NODE_ENV: 'production' });
    expect(config.stopSignal).toBe('SIGTERM');
    expect(config.ports).toEqual(['3000']);
  });

  it('runs no step in the last stage, which has no shell', () => {
    const names = stages.at(-1)?.instructions.map(({ name }) => name) ?? [];
    expect(names).not.toContain('RUN');
    expect(names.slice(names.indexOf('USER'))).not.toContain('COPY');
  });

  it('starts from Node 24, by tag', () => {
    for (const { base } of stages) {
      expect(base).toMatch(/^(node:24-|gcr\.io\/distroless\/nodejs24-)/);
      expect(base).toMatch(/:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?$/);
    }
  });

  it('names its version and its base', () => {
    const versions = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, text }) => name === 'ARG' && text.startsWith('VERSION='));
    expect(versions.map(({ text }) => text)).toEqual([`VERSION=${version}`]);
    expect(config.labels).toMatchObject({
      'org.opencontainers.image.version': '${VERSION}',
      'org.opencontainers.image.base.name': stages.at(-1)?.base.split('@')[0],
    });
  });

  it('copies nothing that .dockerignore withholds', () => {
    const files = new DockerIgnore(readFileSync('.dockerignore', 'utf8')).filesOf('.');
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, flags }) => name === 'COPY' && flags['from'] === undefined)
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    const isThere = (path: string): boolean =>
      files.some((file) => file === path || file.startsWith(`${path}/`));
    expect(copied).toContain('src');
    expect(copied.filter((path) => !isThere(path))).toEqual([]);
    // And it leaves nothing that no step copies.
    const isCopied = (file: string): boolean =>
      copied.some((path) => file === path || file.startsWith(`${path}/`));
    expect(files.filter((file) => !isCopied(file))).toEqual([]);
  });

  it('installs with the lock file, and runs no script of a package', () => {
    const steps = stages.flatMap(({ instructions }) => instructions);
    const installs = steps.filter(({ name, text }) => name === 'RUN' && /\bnpm (ci|i)/.test(text));
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toMatch(/^npm ci .*--ignore-scripts/);
  });
});
