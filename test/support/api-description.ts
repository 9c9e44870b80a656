import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Described | Ref>>;
}

type Content = Readonly<Record<string, { readonly schema: object }>>;

interface Described {
  readonly headers?: Readonly<Record<string, Ref>>;
  readonly content?: Content;
}

interface Ref {
  readonly $ref: string;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly headers: Readonly<Record<string, { readonly schema: object }>>;
    readonly responses: Readonly<Record<string, Described>>;
  };
}

const DESCRIPTION = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Description;

const AJV = new Ajv2020({
  strict: false,
  coerceTypes: false,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  },
});
AJV.addSchema(DESCRIPTION, 'api');

/** The paths with the fewest parameters first: `current/stream` is no `{turnId}/stream`. */
const PATHS = Object.keys(DESCRIPTION.paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

/** A place in the description, and the operation that is there. */
export interface FoundOperation {
  readonly pointer: string;
  readonly operation: Operation;
}

/** The operation of a request; undefined when the service has no such route. */
export function findOperation(method: string, path: string): FoundOperation | undefined {
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  for (const { path: template, pattern } of PATHS) {
    const operation = DESCRIPTION.paths[template]?.[name];
    if (!operation || !pattern.test(path)) continue;
    return { operation, pointer: pointerTo('paths', template, name) };
  }
  return undefined;
}

/** Whether the description has the path, with this method or another one. */
export function hasPath(path: string): boolean {
  return PATHS.some(({ pattern }) => pattern.test(path));
}

/** The answer of a status, and its place; undefined when the operation has none. */
export function findAnswer(
  { operation, pointer }: FoundOperation,
  status: number,
): { readonly pointer: string; readonly answer: Described } | undefined {
  const answer = operation.responses[status];
  if (!answer) return undefined;
  if (!('$ref' in answer)) return { answer, pointer: `${pointer}/responses/${status}` };
  const name = answer.$ref.split('/').at(-1) ?? '';
  const shared = DESCRIPTION.components.responses[name];
  return shared && { answer: shared, pointer: pointerTo('components', 'responses', name) };
}

/** What is wrong with a value by the schema at a place; undefined when nothing is. */
export function mistakesIn(pointer: string, value: unknown): string | undefined {
  const validate = AJV.getSchema(`api#${pointer}`);
  if (!validate) throw new Error(`The description has nothing at ${pointer}.`);
  if (validate(value)) return undefined;
  return AJV.errorsText(validate.errors, { dataVar: 'value' });
}

/** The place of something in the description. */
export function pointerTo(...names: readonly string[]): string {
  return names
    .map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}
