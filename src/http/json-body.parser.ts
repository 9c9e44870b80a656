import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { scanJson } from './json-scan.js';
import { MalformedBodyError } from './request.errors.js';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

/** Makes the server accept only bodies that are JSON, of at most `bodyLimit` bytes. */
export function acceptJsonOnly(server: FastifyInstance, bodyLimit: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    JSON_TYPES,
    { parseAs: 'buffer', bodyLimit },
    (_request, body: Buffer, done) => {
      try {
        // Some clients send a Content-Type with a DELETE that has no body.
        done(null, body.length === 0 ? undefined : parseJsonBody(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/** @throws MalformedBodyError */
function parseJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not UTF-8.');
  scanJson(body);
  try {
    return secureJson.parse(body.toString(), {
      protoAction: 'error',
      constructorAction: 'error',
    }) as unknown;
  } catch (cause) {
    throw new MalformedBodyError(
      'The body is not JSON, or it has a key that pollutes prototypes.',
      {
        cause,
      },
    );
  }
}
