import type { INestApplication, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { aboutTheApi } from './about-the-api.js';
import { addApplication } from './add-application.js';
import { completeService } from './complete-service.js';
import type { Schemas } from './nest-corrections.js';

/** What of an application is the service. */
export interface DescribedService {
  /** The modules that have its controllers. */
  readonly modules: readonly Type[];
  /** They stand in place of those that Nest makes of the classes with their names. */
  readonly schemas: object;
}

/**
 * Describes the routes of an application in OpenAPI 3.1: what Nest reads from the decorators, and of the routes of the
 * service what Nest cannot say.
 */
export function describeApi(
  app: INestApplication,
  { modules, schemas }: DescribedService,
): OpenAPIObject {
  const others = [...app.get(ModulesContainer).values()]
    .map(({ metatype }) => metatype)
    .filter((module) => !modules.includes(module));
  const service = completeService(describeModules(app, modules), schemas as Schemas);
  return addApplication(service, describeModules(app, others));
}

function describeModules(app: INestApplication, modules: readonly Type[]): OpenAPIObject {
  return SwaggerModule.createDocument(app, aboutTheApi(), { include: [...modules] });
}
