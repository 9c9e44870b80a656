import { isUtf8 } from 'node:buffer';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { isPlainUtf8 } from './body-encoding.js';
import { BodyReader, type BodyReaderOptions } from './body-reader.js';
import { scanJson } from './json-scan.js';
import { MalformedBodyError } from './request.errors.js';

type Done = (error: Error | null, body?: unknown) => void;

/** From so many bytes on, a body is large: the work on it blocks the process for a noticeable time. */
export const LARGE_BODY = 64 * 1024;

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

export interface JsonBodyOptions extends BodyReaderOptions {
  /** Calls back soon: parsing a large body takes the process a while. */
  readonly pace: (bodyBytes: number, parse: () => void) => void;
}

/** Makes the server accept only bodies that are JSON, of at most `bodyLimit` bytes. */
export function acceptJsonOnly(server: FastifyInstance, options: JsonBodyOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(JSON_TYPES, (request, payload, done) => {
    if (!isPlainUtf8(request.headers)) {
      done(new UnsupportedMediaTypeException());
      return;
    }
    BodyReader.read(request, payload, options, (error, body) => {
      if (!body) done(error);
      else if (body.length < LARGE_BODY) parse(body, done);
      else options.pace(body.length, () => parse(body, done));
    });
  });
}

function parse(body: Buffer, done: Done): void {
  let value: unknown;
  try {
    // Some clients send a Content-Type with a DELETE that has no body.
    value = body.length === 0 ? undefined : parseJsonBody(body);
  } catch (cause) {
    done(cause as Error);
    return;
  }
  done(null, value);
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
