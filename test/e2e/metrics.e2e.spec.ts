import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CONVERSATIONS } from '../support/api-client.js';
import { rawExchange } from '../support/raw-exchange.js';
import { freePort } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
