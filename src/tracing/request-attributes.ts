import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyRequest } from 'fastify';

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const HOST = /^(\[[\da-f:.]+\]|[\w.-]{1,253})(?::(\d{1,5}))?$/i;

/** What is known of a request when its span begins. */
export function requestAttributes(request: FastifyRequest, hasClientAddress: boolean): Attributes {
  const { method, raw, routeOptions } = request;
  return {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_NETWORK_PROTOCOL_VERSION]: raw.httpVersion,
    ...(!request.is404 && {
      [ATTR_HTTP_ROUTE]: routeOptions.url,
      [ATTR_URL_PATH]: pathOf(request),
    }),
    ...serverAttributes(raw.headers.host),
    ...(hasClientAddress && { [ATTR_CLIENT_ADDRESS]: request.ip }),
  };
}

/**
 * The path without its query. What a client puts into a path in place of an id could be anything, and so could the path
 * of a request without a route: the span then has the route, or nothing.
 */
function pathOf({ url, params, routeOptions }: FastifyRequest): string | undefined {
  for (const value of Object.values(params as Record<string, string>)) {
    if (!ID.test(value)) return routeOptions.url;
  }
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function serverAttributes(host = ''): Attributes {
  const [, address, port] = HOST.exec(host) ?? [];
  if (address === undefined) return {};
  return {
    [ATTR_SERVER_ADDRESS]: address,
    ...(port !== undefined && { [ATTR_SERVER_PORT]: Number(port) }),
  };
}
