import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { isRecord } from '../../validation/rules.js';
import { addExamples } from './add-examples.js';
import { ANSWER_HEADERS, CALLER_HEADERS, COMMON_HEADERS, headerRefs } from './headers.js';
import { MESSAGE_SCHEMAS } from './message-schemas.js';
import { shareProblems } from './shared-responses.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const METHODS = ['get', 'post', 'patch', 'delete', 'put'] as const;

/**
 * Describes the routes of an application in OpenAPI 3.1: what Nest reads from the decorators, and what Nest cannot say.
 * `schemas` stand in place of those that Nest makes of the classes with their names.
 */
export function describeApi(app: INestApplication, schemas: object): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, aboutTheApi());
  const { components = {} } = document;
  components.headers = { ...ANSWER_HEADERS };
  components.schemas = withDefaultsInWords(
    sorted({
      ...components.schemas,
      ...MESSAGE_SCHEMAS,
      ...(schemas as Schemas),
    }),
  );
  document.components = components;
  const operations = operationsOf(document);
  for (const operation of operations) {
    const isPublic = !operation.security;
    const names = isPublic ? COMMON_HEADERS : [...COMMON_HEADERS, ...CALLER_HEADERS];
    if (isPublic) operation.security = [];
    operation.parameters?.forEach(allowOne);
    addExamples(operation);
    const common = headerRefs(names);
    for (const response of Object.values(operation.responses)) {
      if (response && !('$ref' in response)) response.headers = { ...response.headers, ...common };
    }
  }
  components.responses = shareProblems(operations);
  return mended(document);
}

function aboutTheApi(): Omit<OpenAPIObject, 'paths'> {
  const document = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Conversation Store')
    .setDescription(
      'Keeps the conversations of chat users. Every request but a probe needs the JWT of a user, and sees only the ' +
        'conversations of that user. Every error is `application/problem+json` (RFC 9457).',
    )
    .setVersion('1')
    .setContact('The team that runs this service', '', '')
    .addServer('/', 'The service that has this description.')
    .addTag('conversations', 'Create, read, list, change, delete, fork and export conversations.')
    .addTag('messages', 'Read and append the messages of a conversation.')
    .addTag('turns', 'Have messages answered, and follow the answer as it is made.')
    .addTag('chat', 'The same service under the names that an existing chat client uses.')
    .addTag('problems', 'What the `type` of a problem means.')
    .addTag('health', 'For probes. No token is needed.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  document.info.contact = { name: 'The team that runs this service' };
  document.info.license = LICENSE;
  return document;
}

/** The package has no license: nobody may use it without the owner's leave. */
const LICENSE = { name: 'Unlicensed', identifier: 'LicenseRef-UNLICENSED' } as const;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) =>
    METHODS.map((method) => path[method]).filter((operation) => operation !== undefined),
  );
}

function sorted(schemas: Schemas): Schemas {
  // Nest makes it of a type of TypeScript that is no class.
  delete schemas['Object'];
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A parameter that may repeat may come once. Some clients write a list of one in another way than that. */
function allowOne(parameter: NonNullable<Operation['parameters']>[number]): void {
  if ('$ref' in parameter || parameter.in !== 'query' || !parameter.schema) return;
  const { schema } = parameter;
  if ('$ref' in schema || schema.type !== 'array' || !schema.items) return;
  parameter.schema = { oneOf: [schema.items, schema] };
}

/** Mends what Nest makes of comments of several lines, and of the type of a property that has a schema of its own. */
function mended(document: OpenAPIObject): OpenAPIObject {
  return rewritten(document, (key, value) => {
    if (key === 'description' && typeof value === 'string') return value.replaceAll('\n', ' ');
    return isRecord(value) && 'oneOf' in value ? { ...value, allOf: undefined } : value;
  });
}

/**
 * Says in words what a property is when it is absent. openapi-typescript takes a property with a default for one that is
 * always there, and would require it in requests.
 */
function withDefaultsInWords(schemas: Schemas): Schemas {
  return rewritten(schemas, (_, value) => {
    if (!isRecord(value) || !('default' in value)) return value;
    const { default: absent, description = '', ...schema } = value;
    const words = `\`${typeof absent === 'string' ? absent : JSON.stringify(absent)}\` when absent.`;
    return { ...schema, description: `${description as string} ${words}`.trim() };
  });
}

function rewritten<T>(json: T, rewrite: (key: string, value: unknown) => unknown): T {
  return JSON.parse(JSON.stringify(json, rewrite)) as T;
}
