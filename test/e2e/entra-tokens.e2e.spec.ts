import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { startService, type TestService } from '../support/service.js';

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const OTHER_TENANT = '0f8fad5b-d9cb-469f-a165-70867728950e';
const STRANGE_TENANT = '11111111-2222-4333-8444-555555555555';
const APPLICATION = 'b1f3d6a8-5d1e-4a57-9a3c-0d3a7d0f6e21';
const GROUP = '8a1c3f9e-7d52-4b0c-9f6e-2c4d5e6f7a8b';
const ALICE = '5c2b9e1f-3a4d-4c6e-8f70-1a2b3c4d5e6f';

const v1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`;
const v2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As the discovery document of Entra ID names it: without `alg`, with fields that nobody else has. */
const ENTRA_KEY = {
  ...createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' }),
  use: 'sig',
  kid: 'entra',
  x5t: 'entra',
  cloud_instance_name: 'microsoftonline.com',
  issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
};

/** A version 2 token of a user, as the platform writes it. */
const V2 = {
  aud: APPLICATION,
  iss: v2(TENANT),
  azp: 'c0ffee00-0000-4000-8000-000000000001',
  oid: ALICE,
  sub: 'a-pairwise-subject-of-this-application',
  tid: TENANT,
  scp: 'Conversations.Use',
  ver: '2.0',
};

/** A version 1 token of the same user: another issuer, another audience, another subject. */
const V1 = {
  aud: `api://${APPLICATION}`,
  iss: v1(TENANT),
  appid: 'c0ffee00-0000-4000-8000-000000000001',
  oid: ALICE,
  sub: 'another-pairwise-subject',
  tid: TENANT,
  scp: 'Conversations.Use',
  ver: '1.0',
};

/** A token of an application for itself: its roles are application roles. */
const APP = {
  ...V2,
  oid: 'd00d0000-0000-4000-8000-000000000002',
  sub: 'd00d0000-0000-4000-8000-000000000002',
  scp: undefined,
  roles: ['Conversations.Service'],
  idtyp: 'app',
};

describe('tokens of Microsoft Entra ID', () => {
  let keyServer: Server;
  let service: TestService;

  beforeAll(async () => {
    keyServer = createServer((_, response) => response.end(JSON.stringify({ keys: [ENTRA_KEY] })));
    await once(keyServer.listen(0, '127.0.0.1'), 'listening');
    const { port } = keyServer.address() as AddressInfo;
    service = await startService({
      environment: {
        JWT_SECRET: '',
        JWT_JWKS_URI: `http://127.0.0.1:${port}/common/discovery/v2.0/keys`,
        JWT_ISSUER: [v1(TENANT), v2(TENANT), v2(OTHER_TENANT)].join(','),
        JWT_AUDIENCE: `${APPLICATION},api://${APPLICATION}`,
        JWT_USER_CLAIM: 'oid',
        JWT_SERVICE_GROUPS: GROUP,
      },
    });
  });
  afterAll(async () => {
    await service.close();
    keyServer.closeAllConnections();
    await once(keyServer.close(), 'close');
  });

  function client(claims: object): ApiClient {
    const token = jwt.sign(JSON.parse(JSON.stringify(claims)) as object, privateKey, {
      algorithm: 'RS256',
      expiresIn: '1h',
      keyid: 'entra',
    });
    return new ApiClient(service.url, token);
  }

  async function create(claims: object): Promise<string> {
    const { status, body } = await client(claims).post(CONVERSATIONS, {});
    expect(status).toBe(201);
    return (body as { id: string }).id;
  }

  async function statusOf(claims: object): Promise<number> {
    return (await client(claims).get(CONVERSATIONS)).status;
  }

  async function mayWriteAs(claims: object, role: string): Promise<boolean> {
    const id = await create(claims);
    const messages = [{ role, parts: [{ type: 'text', text: 'Hello' }] }];
    const { status } = await client(claims).post(`${CONVERSATIONS}/${id}/messages`, { messages });
    expect([201, 403]).toContain(status);
    return status === 201;
  }

  it('one user has the same conversations with tokens of both versions: oid names the user', async () => {
    const id = await create(V1);
    expect((await client(V2).get(`${CONVERSATIONS}/${id}`)).status).toBe(200);
  });

  it('the same oid in another tenant is another user', async () => {
    const id = await create(V2);
    const other = { ...V2, iss: v2(OTHER_TENANT), tid: OTHER_TENANT };
    expect((await client(other).get(`${CONVERSATIONS}/${id}`)).status).toBe(404);
  });

  it('a tenant whose issuer is not in the list is refused, though the same keys sign its tokens', async () => {
    const strange = { ...V2, iss: v2(STRANGE_TENANT), tid: STRANGE_TENANT };
    expect(await statusOf(strange)).toBe(401);
    expect(await statusOf({ ...V1, iss: v1(OTHER_TENANT), tid: OTHER_TENANT })).toBe(401);
  });

  it('a token for another application is refused', async () => {
    expect(await statusOf({ ...V2, aud: 'https://graph.microsoft.com' })).toBe(401);
    expect(await statusOf({ ...V2, aud: `api://${APPLICATION}/` })).toBe(401);
  });

  it('a token without oid or tid is refused: a sub would be another user for each application', async () => {
    expect(await statusOf({ ...V2, oid: undefined })).toBe(401);
    expect(await statusOf({ ...V2, tid: undefined })).toBe(401);
  });

  it('the application role and the group make a service, and a scope of another name does not', async () => {
    expect(await mayWriteAs(V2, 'assistant')).toBe(false);
    expect(await mayWriteAs(APP, 'assistant')).toBe(true);
    expect(await mayWriteAs({ ...V2, groups: ['another', GROUP] }, 'assistant')).toBe(true);
    expect(await mayWriteAs({ ...V2, groups: ['another'] }, 'assistant')).toBe(false);
  });

  it('a user in too many groups has no group in the token, and is no service', async () => {
    const overage = {
      ...V2,
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.example/users/1/getMemberObjects' } },
    };
    expect(await mayWriteAs(overage, 'assistant')).toBe(false);
    expect(await mayWriteAs({ ...V2, hasgroups: true }, 'assistant')).toBe(false);
  });
});
