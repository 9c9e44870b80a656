import type { OpenAPIObject } from '@nestjs/swagger';
import { mapJson } from './map-json.js';

/** Gives schemas of a description other names, there and wherever the description refers to them. */
export function renameSchemas(
  description: OpenAPIObject,
  names: ReadonlyMap<string, string>,
): OpenAPIObject {
  const refs = new Map([...names].map(([from, to]) => [refTo(from), refTo(to)]));
  const renamed = mapJson(description, (_, value) => {
    return typeof value === 'string' ? (refs.get(value) ?? value) : value;
  });
  const schemas = Object.fromEntries(
    Object.entries(renamed.components?.schemas ?? {}).map(([name, schema]) => [
      names.get(name) ?? name,
      schema,
    ]),
  );
  return { ...renamed, components: { ...renamed.components, schemas } };
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}
