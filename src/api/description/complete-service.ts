import type { OpenAPIObject } from '@nestjs/swagger';
import {
  ANSWER_HEADERS,
  CALLER_HEADERS,
  COMMON_HEADERS,
  headerRefs,
} from '../../http/answer-headers.js';
import { addExamples } from './add-examples.js';
import { MESSAGE_SCHEMAS } from './message-schemas.js';
import { correctSchemas, withoutTracesOfNest, type Schemas } from './nest-corrections.js';
import type { Operation } from './operation.js';
import { shareProblems } from './shared-responses.js';

const METHODS = ['get', 'post', 'patch', 'delete', 'put'] as const;

/**
 * Completes the description that Nest has made of the routes of the service: headers of answers, examples, schemas that
 * are no class, problems that many routes share.
 */
export function completeService(document: OpenAPIObject, schemas: Schemas): OpenAPIObject {
  const { components = {} } = document;
  components.headers = { ...components.headers, ...ANSWER_HEADERS };
  components.schemas = correctSchemas({ ...components.schemas, ...MESSAGE_SCHEMAS, ...schemas });
  document.components = components;
  const operations = operationsOf(document);
  operations.forEach(completeOperation);
  components.responses = { ...components.responses, ...shareProblems(operations) };
  return withoutTracesOfNest(document);
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) =>
    METHODS.map((method) => path[method]).filter((operation) => operation !== undefined),
  );
}

function completeOperation(operation: Operation): void {
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

/** A parameter that may repeat may come once. Some clients write a list of one in another way than that. */
function allowOne(parameter: NonNullable<Operation['parameters']>[number]): void {
  if ('$ref' in parameter || parameter.in !== 'query' || !parameter.schema) return;
  const { schema } = parameter;
  if ('$ref' in schema || schema.type !== 'array' || !schema.items) return;
  parameter.schema = { oneOf: [schema.items, schema] };
}
