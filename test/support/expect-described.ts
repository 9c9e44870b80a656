import {
  findAnswer,
  findOperation,
  hasPath,
  headerMistakeIn,
  mistakesIn,
  pointerTo,
} from './api-description.js';

/** An answer as it came. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The body that was sent as JSON; undefined when none was, or another one. */
  readonly sent?: unknown;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string> | Headers;
  /** The body of the answer; undefined while it is being read. */
  readonly text?: string;
}

/** What HTTP, CORS and helmet need: the description does not name it. */
const NOT_OURS =
  /^(access-control-|content-(type|length|security-policy)|cross-origin-|origin-agent-cluster|referrer-policy|strict-transport-security|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection)|date|connection|keep-alive|transfer-encoding|vary)/;

/** What an answer has when something was made. */
const MADE = ['Location', 'ETag'];

const PROBLEM = 'application/problem+json';

/** @throws Error when the service has answered what `docs/openapi.json` does not describe */
export function expectDescribed(exchange: Exchange): void {
  // A benchmark may run another checkout, which has a description of its own.
  if (process.env['JEST_WORKER_ID'] === undefined) return;
  const { method, path, status } = exchange;
  const mistake = mistakeIn(exchange);
  if (mistake === undefined) return;
  throw new Error(`docs/openapi.json does not describe ${method} ${path} ${status}: ${mistake}`);
}

function mistakeIn(exchange: Exchange): string | undefined {
  const { method, sent, status, headers } = exchange;
  const path = exchange.path.split('?', 1)[0] ?? '';
  const type = headers.get('content-type')?.split(';', 1)[0];
  const isStream = type === 'text/event-stream' && path.endsWith('/turns');
  const found = findOperation(method, isStream ? `${path}/stream` : path);
  if (!found || method === 'OPTIONS') return undescribed(exchange, path, type);
  const described = findAnswer(found, status);
  if (!described) return `no such status (${exchange.text ?? ''})`;
  const { answer, pointer } = described;
  for (const [name, value] of headers) {
    if (NOT_OURS.test(name)) continue;
    const header = Object.keys(answer.headers ?? {}).find((known) => known.toLowerCase() === name);
    if (header === undefined) return `the header ${name}`;
    const mistake = headerMistakeIn(header, value);
    if (mistake !== undefined) return `the header ${name}: ${mistake}`;
  }
  const missing =
    status === 201 &&
    MADE.find((name) => answer.headers?.[name] && !headers.get(name.toLowerCase()));
  if (missing) return `no header ${missing}`;
  if (status < 300 && sent !== undefined && found.operation.requestBody) {
    const place = `${found.pointer}/requestBody/content/application~1json/schema`;
    const mistake = mistakesIn(place, sent);
    if (mistake !== undefined) return `the body that was accepted: ${mistake}`;
  }
  if (method === 'HEAD' || exchange.text === undefined) return undefined;
  const hasJson = Object.keys(answer.content ?? {}).some((known) => known.endsWith('/json'));
  if (exchange.text === '') return hasJson ? 'no body' : undefined;
  if (type === undefined || !answer.content?.[type]) return `a body of ${type ?? 'no type'}`;
  if (!/[/+]json$/.test(type)) return undefined;
  return mistakesIn(`${pointer}/content${pointerTo(type)}/schema`, JSON.parse(exchange.text));
}

/** Of a path that is not the service's, only a problem is its own. */
function undescribed(
  { method, status, text }: Exchange,
  path: string,
  type: string | undefined,
): string | undefined {
  if (hasPath(path) && method !== 'OPTIONS' && status !== 405 && status !== 404) {
    return 'no such method';
  }
  if (type !== PROBLEM || text === undefined || text === '') return undefined;
  return mistakesIn(pointerTo('components', 'schemas', 'Problem'), JSON.parse(text));
}
