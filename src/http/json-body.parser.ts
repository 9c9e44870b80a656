import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { scanJson } from './json-scan.js';
import { MalformedBodyError } from './request.errors.js';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

/** Makes JSON the only body that the server takes, and takes none of more than `bodyLimit` bytes. */
export function acceptJsonOnly(server: FastifyInstance, bodyLimit: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    JSON_TYPES,
    { parseAs: 'buffer', bodyLimit },
    (_request, body: Buffer, done) => {
      try {
        // No body, whatever type it would be of: some clients name one with every DELETE.
        done(null, body.length === 0 ? undefined : parseJson(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/** @throws MalformedBodyError */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new MalformedBodyError('It is not UTF-8.');
  scanJson(body);
  try {
    return secureJson.parse(body.toString(), {
      protoAction: 'error',
      constructorAction: 'error',
    }) as unknown;
  } catch (cause) {
    throw new MalformedBodyError('It is no JSON, or has a key that pollutes prototypes.', {
      cause,
    });
  }
}
