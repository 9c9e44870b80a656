import type { OpenAPIObject } from '@nestjs/swagger';
import { isRecord } from '../../validation/rules.js';
import { mapJson } from './map-json.js';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** The schemas by name, without what generators of clients would take in another way than the service. */
export function correctSchemas(schemas: Schemas): Schemas {
  return withDefaultsInWords(sorted(schemas));
}

/**
 * Nest makes a description of several lines out of a comment of several lines, and adds an `allOf` to a property that has a
 * `oneOf` of its own.
 */
export function withoutTracesOfNest(document: OpenAPIObject): OpenAPIObject {
  return mapJson(document, (key, value) => {
    if (key === 'description' && typeof value === 'string') return value.replaceAll('\n', ' ');
    return isRecord(value) && 'oneOf' in value ? { ...value, allOf: undefined } : value;
  });
}

function sorted(schemas: Schemas): Schemas {
  // Nest makes it of a type of TypeScript that is no class.
  delete schemas['Object'];
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Says in words what a property is when it is absent. openapi-typescript takes a property with a default for one that is
 * always there, and would require it in requests.
 */
function withDefaultsInWords(schemas: Schemas): Schemas {
  return mapJson(schemas, (_, value) => {
    if (!isRecord(value) || !('default' in value)) return value;
    const { default: absent, description = '', ...schema } = value;
    const words = `\`${typeof absent === 'string' ? absent : JSON.stringify(absent)}\` when absent.`;
    return { ...schema, description: `${description as string} ${words}`.trim() };
  });
}
