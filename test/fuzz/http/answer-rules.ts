import assert from 'node:assert/strict';
import { INTERNALS } from '../../support/expect-problem.js';
import type { RawAnswer } from '../../support/raw-exchange.js';

/** What Node answers by itself and bare: to a request without Host, and to an unknown Expect. */
const BARE = [400, 417];

/** What a server refuses before it knows a route, or because it knows none. */
const UNROUTED = [400, 404, 405, 408, 413, 414, 415, 417, 431];

/** What answers, and is not in the description: it is for no client of the API. */
const UNDESCRIBED = ['/api/openapi.json', '/docs', '/metrics'].map(
  (path) => [path, { get: { responses: { 200: {} } } }] as const,
);

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly statuses: readonly number[];
  readonly isPublic: boolean;
}

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: object; security?: readonly unknown[] }>>>
  >;
}

/** Which answers the API description allows. */
export class AnswerRules {
  readonly operations: readonly Operation[];

  constructor({ paths }: Description) {
    const all = { ...paths, ...Object.fromEntries(UNDESCRIBED) };
    this.operations = Object.entries<Description['paths'][string]>(all).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses, security = [] }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        // The router takes an empty segment for a parameter, too.
        path: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]{0,100}')}$`),
        statuses: Object.keys(responses).map(Number),
        isPublic: security.length === 0,
      })),
    );
  }

  /** The operation that a request is for; undefined when it is for none. */
  operationOf(method: string, target: string): Operation | undefined {
    const path = target.split(/[?#]/, 1)[0] as string;
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = this.operations.filter((each) => each.method === wanted && each.path.test(path));
    // A path without parameters goes before one with them.
    return found.find(({ name }) => !name.includes('{')) ?? found[0];
  }

  /** What holds for an answer to anything: no failure, and an error is a problem without internals. */
  check({ status, headers, text }: RawAnswer, isHead = false): void {
    // Another request has deleted the conversation while the turn was running.
    const isOfDeleted = status === 502 && text.includes('"/problems/turn-lost"');
    assert.ok(status < 500 || isOfDeleted, `It failed with ${status}.`);
    if (status < 400) return;
    if (!isHead && !(text === '' && BARE.includes(status))) {
      assert.equal(headers.get('content-type')?.split(';')[0], 'application/problem+json');
      const problem = JSON.parse(text) as Record<string, unknown>;
      assert.match(String(problem['type']), /^\/problems\/[a-z-]+$/);
      assert.equal(problem['status'], status);
      assert.match(String(problem['title']), /./);
    }
    assert.doesNotMatch(text, INTERNALS);
  }

  /** What holds for the answer to a request that reached the router. */
  checkStatus(operation: Operation | undefined, status: number, hasToken: boolean): void {
    if (!operation) {
      assert.ok(UNROUTED.includes(status), `${status} is no answer where there is no operation.`);
      return;
    }
    const { name, statuses, isPublic } = operation;
    // With `Accept: text/event-stream`, a turn is answered as `POST …/turns/stream` is.
    const isStream = status === 200 && name.endsWith('/turns');
    assert.ok(
      statuses.includes(status) || isStream,
      `The description of ${name} has no ${status}.`,
    );
    if (isPublic) return;
    if (hasToken) assert.notEqual(status, 401, 'A good token was refused.');
    else assert.ok(status >= 400, `It answered ${status} without a good token.`);
  }
}
