import { Logger } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Schemas } from './nest-corrections.js';
import { renameSchemas } from './rename-schemas.js';

const logger = new Logger('ApiDescription');

/**
 * Adds the routes of the application that has the service in it, as Nest describes them. A `$ref` cannot mean two schemas:
 * a class of the application that has the name of a schema of the service gets another name, and the log says so.
 */
export function addApplication(service: OpenAPIObject, application: OpenAPIObject): OpenAPIObject {
  const own = service.components?.schemas ?? {};
  const names = freeNames(application.components?.schemas ?? {}, own);
  if (names.size > 0) warnOf(names);
  const added = renameSchemas(application, names);
  const paths = { ...service.paths };
  for (const [path, methods] of Object.entries(added.paths)) {
    paths[path] = { ...methods, ...paths[path] };
  }
  const schemas = { ...own, ...added.components?.schemas };
  return { ...service, paths, components: { ...service.components, schemas } };
}

/**
 * A new name for each schema whose name the service has. Generated clients have the class under that name, so an application
 * names the class itself before it generates them.
 */
function freeNames(others: Schemas, own: Schemas): Map<string, string> {
  const clashing = Object.keys(others).filter((name) => Object.hasOwn(own, name));
  return new Map(
    clashing.sort().map((name) => {
      let free = name;
      while (Object.hasOwn(own, free) || Object.hasOwn(others, free)) free = `Application${free}`;
      return [name, free];
    }),
  );
}

function warnOf(names: ReadonlyMap<string, string>): void {
  const pairs = Array.from(names, ([name, free]) => `${free} for ${name}`).join(', ');
  logger.warn(
    `The API description has classes of the application under other names: ${pairs}. ` +
      'The service has schemas of these names. Name the classes yourself: @ApiSchema({ name }).',
  );
}
