import type { OpenAPIObject } from '@nestjs/swagger';
import { mapJson } from './map-json.js';

/** Gives schemas of a description other names, there and wherever the description refers to them. */
export function renameSchemas(
  description: OpenAPIObject,
  names: ReadonlyMap<string, string>,
): OpenAPIObject {
  const refs = [...names].map(([from, to]) => [refTo(from), refTo(to)] as const);
  const renamed = mapJson(description, (_, value) => {
    return typeof value === 'string' ? renameIn(value, refs) : value;
  });
  const schemas = Object.fromEntries(
    Object.entries(renamed.components?.schemas ?? {}).map(([name, schema]) => [
      names.get(name) ?? name,
      schema,
    ]),
  );
  return { ...renamed, components: { ...renamed.components, schemas } };
}

/** A reference may lead to a part of a schema, such as one of its properties. */
function renameIn(ref: string, refs: readonly (readonly [string, string])[]): string {
  const found = refs.find(([from]) => ref === from || ref.startsWith(`${from}/`));
  if (!found) return ref;
  const [from, to] = found;
  return to + ref.slice(from.length);
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}
