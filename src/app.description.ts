import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from './api/description/describe-api.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { CHAT_LIST_SCHEMAS } from './conversations/dto/chat-list.schema.js';
import { HEALTH_SCHEMAS } from './health/health-description.js';
import { HealthModule } from './health/health.module.js';
import { ProblemsModule } from './problems/problems.module.js';
import { NEW_TURN_SCHEMAS } from './turns/dto/new-turn.schema.js';
import { TURN_EVENT_SCHEMAS } from './turns/turn-event.schema.js';
import { TurnsModule } from './turns/turns.module.js';

/** The modules of the service that have controllers. */
const MODULES = [ConversationsModule, HealthModule, ProblemsModule, TurnsModule];

const SCHEMAS = {
  ...CHAT_LIST_SCHEMAS,
  ...NEW_TURN_SCHEMAS,
  ...TURN_EVENT_SCHEMAS,
  ...HEALTH_SCHEMAS,
};

/** The description of all routes of an application that has the service in it. `docs/openapi.json` is that of the service. */
export function describeService(app: INestApplication): OpenAPIObject {
  return describeApi(app, { modules: MODULES, schemas: SCHEMAS });
}
