import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

const OBJECT = { type: 'object' } as const;

export const LIVENESS = {
  ...OBJECT,
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ok'] } },
};

const INDICATORS = {
  ...OBJECT,
  additionalProperties: { $ref: '#/components/schemas/HealthIndicator' },
};

/** What Terminus reports. */
export const HEALTH_SCHEMAS = {
  HealthIndicator: {
    ...OBJECT,
    description: 'What is checked: `store` has its driver and its latency, too.',
    required: ['status'],
    properties: {
      status: { type: 'string', enum: ['up', 'down'] },
      driver: { type: 'string' },
      latencyMs: { type: 'number' },
    },
    additionalProperties: true,
  },
  HealthReport: {
    ...OBJECT,
    required: ['status'],
    properties: {
      status: { type: 'string', enum: ['ok', 'error', 'shutting_down'] },
      info: { ...INDICATORS, description: 'What is up.' },
      error: { ...INDICATORS, description: 'What is down.' },
      details: { ...INDICATORS, description: 'Everything.' },
    },
  },
};

/** Describes the answers of a route of Terminus. */
export function HealthReports(): ReturnType<typeof applyDecorators> {
  const schema = { $ref: '#/components/schemas/HealthReport' };
  return applyDecorators(
    ApiResponse({ status: 200, description: 'Everything is up.', schema }),
    ApiResponse({ status: 503, description: 'Something is down.', schema }),
  );
}
