import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { addDocsPage } from './docs-page.js';

const JSON_PATH = 'api/openapi.json';

export interface ServedDescription {
  /** Is called once, when somebody asks for the description: the routes of the application are there by then. */
  readonly describe: () => OpenAPIObject;
  /** Whether people may read it in a browser. */
  readonly hasPage: boolean;
}

/** Serves the description of the API as JSON, and as a page. Call it before the routes are added. */
export function serveDescription(
  app: NestFastifyApplication,
  { describe, hasPage }: ServedDescription,
): void {
  if (hasPage) addDocsPage(app.getHttpAdapter().getInstance(), JSON_PATH);
  SwaggerModule.setup('api', app, describe, {
    ui: false,
    raw: ['json'],
    jsonDocumentUrl: JSON_PATH,
  });
}
