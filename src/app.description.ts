import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from './api/description/describe-api.js';
import { CHAT_LIST_SCHEMAS } from './conversations/dto/chat-list.schema.js';
import { HEALTH_SCHEMAS } from './health/health-description.js';
import { NEW_TURN_SCHEMAS } from './turns/dto/new-turn.schema.js';
import { TURN_EVENT_SCHEMAS } from './turns/turn-event.schema.js';

/** The description of all routes of an application that has the service in it. `docs/openapi.json` is that of the service. */
export function describeService(app: INestApplication): OpenAPIObject {
  return describeApi(app, {
    ...CHAT_LIST_SCHEMAS,
    ...NEW_TURN_SCHEMAS,
    ...TURN_EVENT_SCHEMAS,
    ...HEALTH_SCHEMAS,
  });
}
