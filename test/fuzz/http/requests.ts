import fc from 'fast-check';
import {
  bigBody,
  mutatedBody,
  oversizeBody,
  strangeBody,
  validBody,
  type Body,
  type BodyKind,
} from './hostile-bodies.js';
import { badToken, contentType, extraHeaders, type HeaderLine } from './hostile-headers.js';
import { path, query, unknownPath } from './hostile-targets.js';
import { CALLERS, type CallerName } from './world.js';

/** How the bytes of a body are sent. */
type Framing = 'announced' | 'chunked' | 'trailers' | 'short' | 'long' | 'both';

/** A request, with the names of what is not known before it is sent. */
export interface FuzzRequest {
  /** Absent where the token is no good. */
  readonly caller: CallerName | undefined;
  /** In place of the caller's token. */
  readonly authorization: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly contentType: string | undefined;
  readonly body: Body | undefined;
  readonly framing: Framing;
}

const V1 = '/api/v1/conversations';

type Route = readonly [method: string, template: string, body?: BodyKind];

const ROUTES: readonly Route[] = [
  ['POST', V1, 'create'],
  ['GET', V1],
  ['DELETE', V1],
  ['GET', `${V1}/export`],
  ['POST', `${V1}/flush`],
  ['GET', `${V1}/{id}`],
  ['PATCH', `${V1}/{id}`, 'patch'],
  ['DELETE', `${V1}/{id}`],
  ['POST', `${V1}/{id}/fork`, 'fork'],
  ['GET', `${V1}/{id}/messages`],
  ['POST', `${V1}/{id}/messages`, 'append'],
  ['POST', `${V1}/{id}/turns`, 'turn'],
  ['POST', `${V1}/{id}/turns/stream`, 'turn'],
  ['GET', `${V1}/{id}/turns/current/stream`],
  ['GET', `${V1}/<turn>/stream`],
  ['POST', `${V1}/<turn>/cancel`],
  ['POST', '/api/chat/start', 'create'],
  ['POST', '/api/chat/send', 'send'],
  ['POST', '/api/chat/list-conversations', 'list'],
  ['GET', '/health'],
  ['GET', '/health/live'],
  ['GET', '/health/ready'],
  ['GET', '/problems/conversation-closed'],
  ['GET', '/docs'],
  ['GET', '/api/openapi.json'],
  ['GET', '/metrics'],
];

/** So that there is something to be hostile to: more is created than is deleted or erased. */
const weightOf = ([method, template, body]: Route): number =>
  body === 'append' || body === 'create'
    ? 6
    : method === 'DELETE' || template === '/health'
      ? 1
      : 3;

const route = fc.oneof(
  ...ROUTES.map((each) => ({ weight: weightOf(each), arbitrary: fc.constant(each) })),
);

const caller = fc.constantFrom(...CALLERS);

/** A route makes of them what it does; the versions and keys are few, so that they are met. */
const honestHeaders: fc.Arbitrary<readonly HeaderLine[]> = fc.constantFrom(
  [],
  [],
  [['If-None-Match', '"1"']],
  [['If-None-Match', '"2"']],
  [['If-Match', '"1"']],
  [['If-Match', '"2"']],
  [['Idempotency-Key', 'k1']],
  [['Idempotency-Key', 'k2']],
);

/** What an honest client sends. */
const honest = route.chain(([method, template, body]) =>
  fc.record<FuzzRequest>({
    caller,
    authorization: fc.constant(undefined),
    method: fc.constant(method),
    target: fc.constantFrom('<id>', '<id>', '<older>').map((id) => template.replace('{id}', id)),
    headers: honestHeaders,
    contentType: fc.constant(body && 'application/json'),
    body: body ? validBody(body) : fc.constant(undefined),
    framing: fc.constantFrom('announced', 'chunked'),
  }),
);

const method = fc.oneof(
  fc.constantFrom(
    'HEAD',
    'PUT',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'MERGE',
    'SEARCH',
    'QUERY',
    'CONNECT',
  ),
  fc.constantFrom('get', 'FOO', 'GET\t', 'G', 'DELETE', 'POST', 'PATCH', 'GET'),
);

const bodyFor = (kind: BodyKind): fc.Arbitrary<Body> =>
  fc.oneof(
    { weight: 5, arbitrary: validBody(kind) },
    { weight: 8, arbitrary: mutatedBody(kind) },
    { weight: 3, arbitrary: strangeBody },
    { weight: 2, arbitrary: bigBody },
    { weight: 1, arbitrary: oversizeBody },
  );

/** Of a route as it is, but for what of it is hostile. */
const hostile = route.chain(([itsMethod, template, kind]) =>
  fc
    .record({
      caller,
      authorization: fc.option(badToken, { nil: undefined, freq: 4 }),
      method: fc.oneof(
        { weight: 6, arbitrary: fc.constant(itsMethod) },
        { weight: 1, arbitrary: method },
      ),
      path: fc.oneof(
        { weight: 8, arbitrary: path(template) },
        { weight: 1, arbitrary: unknownPath },
      ),
      query: fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 1, arbitrary: query }),
      headers: extraHeaders,
      contentType,
      body: kind ? bodyFor(kind) : fc.constant(undefined),
      framing: fc.oneof(
        { weight: 8, arbitrary: fc.constant<Framing>('announced') },
        {
          weight: 4,
          arbitrary: fc.constantFrom<Framing>('chunked', 'trailers', 'short', 'long', 'both'),
        },
      ),
    })
    .map(({ path: itsPath, query: itsQuery, authorization, ...rest }) => ({
      ...rest,
      authorization,
      ...(authorization !== undefined && { caller: undefined }),
      target: itsPath + itsQuery,
    })),
);

export const aRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 3, arbitrary: honest },
  { weight: 5, arbitrary: hostile },
);
