import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * Adds the routes of the application that has the service in it, as Nest describes them.
 * @throws Error when a class of the application has the name of a schema of the service: a `$ref` cannot mean both
 */
export function addApplication(service: OpenAPIObject, application: OpenAPIObject): OpenAPIObject {
  const own = service.components?.schemas ?? {};
  const others = application.components?.schemas ?? {};
  const taken = Object.keys(others).filter((name) => Object.hasOwn(own, name));
  if (taken.length > 0) {
    throw new Error(
      `The API description has schemas of the names ${taken.join(', ')} already. ` +
        'Give the classes of the application other names: @ApiSchema({ name }).',
    );
  }
  const paths = { ...service.paths };
  for (const [path, methods] of Object.entries(application.paths)) {
    paths[path] = { ...methods, ...paths[path] };
  }
  const components = { ...service.components, schemas: { ...own, ...others } };
  return { ...service, paths, components };
}
