import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import type { TestUser } from '../support/token.js';

const KEY_ID = 'the-key';

/** The key server of an identity provider, on loopback. It may stop to answer. */
export class KeyServer {
  /** Requests that it has not answered. */
  hanging = 0;
  private hangs = false;

  private constructor(
    private readonly server: Server,
    private readonly privateKey: KeyObject,
  ) {}

  static async start(): Promise<KeyServer> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' };
    const server = createServer((request, response) => {
      if (keyServer.hangs) {
        keyServer.hanging++;
        request.socket.once('close', () => keyServer.hanging--);
      } else {
        const headers = { 'Content-Type': 'application/json' };
        response.writeHead(200, headers).end(JSON.stringify({ keys: [key] }));
      }
    });
    const keyServer = new KeyServer(server, privateKey);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return keyServer;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  /** A token of the provider; `keyId` may be one that nobody has. */
  token({ sub = randomUUID(), tid = randomUUID() }: TestUser = {}, keyId = KEY_ID): string {
    const header = { alg: 'RS256', kid: keyId };
    return jwt.sign({ sub, tid }, this.privateKey, { algorithm: 'RS256', expiresIn: '1h', header });
  }

  /** From now on, it takes requests and answers none. */
  hang(): void {
    this.hangs = true;
    this.server.closeIdleConnections();
  }

  async stop(): Promise<void> {
    const closed = once(this.server.close(), 'close');
    this.server.closeAllConnections();
    await closed;
  }
}
