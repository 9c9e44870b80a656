/** Writes the description of the API, as the built service gives it: `npm run openapi`. */
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { format, resolveConfig } from 'prettier';

const FILE = 'docs/openapi.json';

// Nothing of these is in the description. The application has to have them to exist.
Object.assign(process.env, {
  NODE_ENV: 'test',
  STORE_DRIVER: 'memory',
  JWT_SECRET: '0'.repeat(32),
});
const { AppModule, ServiceAdapter } = await import('../dist/index.js');
const { describeService } = await import('../dist/app.description.js');

const app = await NestFactory.create(AppModule.forRoot(), new ServiceAdapter(), { logger: false });
const description = JSON.stringify(describeService(app), null, 2);
writeFileSync(FILE, await format(description, { ...(await resolveConfig(FILE)), filepath: FILE }));
process.exit(0);
