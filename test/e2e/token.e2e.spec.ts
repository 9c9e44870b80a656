import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';

const SECRET = 'a secret of this test, of more than 32 bytes';
const ALICE = ['--sub', 'alice', '--tid', 'contoso'];

describe('npm run token', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'token-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function token(args: readonly string[], environment = {}): Promise<CommandResult> {
    return CommandProcess.run('cli/token.js', args, { folder, environment });
  }

  async function claimsOf(args: readonly string[], environment = {}): Promise<JwtPayload> {
    const { code, stdout, stderr } = await token(args, { JWT_SECRET: SECRET, ...environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    return jwt.verify(stdout.trim(), SECRET) as JwtPayload;
  }

  it('prints a token of the user, good for twelve hours, and nothing else', async () => {
    const claims = await claimsOf(ALICE);
    expect(claims).toMatchObject({ sub: 'alice', tid: 'contoso', roles: [] });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(12 * 60 * 60);
  });

  it('gives it the roles and the lifetime that are asked for', async () => {
    const claims = await claimsOf([...ALICE, '--role', 'a', '--role', 'b', '--expires-in', '90m']);
    expect(claims['roles']).toEqual(['a', 'b']);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(90 * 60);
  });

  it('gives it what the configuration asks of a token', async () => {
    const claims = await claimsOf(ALICE, {
      JWT_ISSUER: 'https://issuer',
      JWT_AUDIENCE: 'conversations',
      JWT_USER_CLAIM: 'oid',
    });
    expect(claims).toMatchObject({ iss: 'https://issuer', aud: 'conversations', oid: 'alice' });
  });

  it('signs with the secret of the service that runs in this folder', async () => {
    const port = String(await freePort());
    const environment = { HOST: '127.0.0.1', PORT: port };
    const service = CommandProcess.start('main.js', [], { folder, environment });
    try {
      await until(() => service.stdout.includes('Listening on'));
      const { stdout } = await token(ALICE);
      const client = new ApiClient(`http://127.0.0.1:${port}`, stdout.trim());
      expect((await client.get(CONVERSATIONS)).status).toBe(200);
    } finally {
      await service.end('SIGTERM');
    }
  });

  it.concurrent.each([
    ['there is no secret', {}, 'There is no secret to sign with'],
    ['tokens come from elsewhere', { JWT_JWKS_URI: 'https://keys/' }, 'JWT_JWKS_URI is set'],
    ['the configuration is wrong', { PORT: 'x', JWT_SECRET: SECRET }, 'PORT: must be'],
  ])('says so when %s', async (_, environment, text) => {
    const { code, stdout, stderr } = await token(ALICE, environment);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).not.toContain(SECRET);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it.concurrent.each([
    ['no tenant', ['--sub', 'alice']],
    ['an empty user', ['--sub', ' ', '--tid', 'contoso']],
    ['a lifetime that is none', [...ALICE, '--expires-in', '0h']],
    ['an unknown flag', [...ALICE, '--admin']],
    ['more than flags', [...ALICE, 'bob']],
  ])('shows its usage for %s', async (_, args) => {
    const { code, stdout, stderr } = await token(args, { JWT_SECRET: SECRET });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: npm run --silent token');
  });

  it('explains itself', async () => {
    const { code, stdout } = await token(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: npm run --silent token');
  });
});
