import { describe, expect, it } from '@jest/globals';
import type { TracingOptions } from '../tracing/tracing.options.js';
import { readAppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function tracing(variables: Record<string, string>): TracingOptions {
  return readAppConfig(variables).tracing;
}

function messageOf(variables: Record<string, string>): string {
  try {
    readAppConfig(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

describe('traces', () => {
  it.each<Record<string, string>>([
    {},
    { OTEL_SERVICE_NAME: 'chat' },
    { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' },
    { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  ])('are off: %j', (variables) => expect(tracing(variables)).toEqual({ isOn: false }));

  it.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['https://collector/base/', 'https://collector/base/v1/traces'],
  ])('go to the path of traces below %s', (endpoint, url) => {
    expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toMatchObject({ isOn: true, url });
  });

  it('prefer the variables of their own', () => {
    const url = 'https://traces.example.com/here';
    expect(
      tracing({
        ...ENDPOINT,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_TIMEOUT: '1',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=2',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=three%20%3D%203',
      }),
    ).toMatchObject({ url, timeoutMs: 2, headers: { a: '1', b: 'three = 3' } });
  });

  it('are of the named service, else of the one among the attributes, else of the default one', () => {
    const nameOf = (variables: Record<string, string>): unknown =>
      (tracing({ ...ENDPOINT, ...variables }) as { resource?: unknown }).resource;
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=b,team=chat';
    expect(nameOf({})).toEqual({ 'service.name': 'conversation-store' });
    expect(nameOf({ OTEL_RESOURCE_ATTRIBUTES })).toEqual({ 'service.name': 'b', team: 'chat' });
    expect(nameOf({ OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'a' })).toMatchObject({
      'service.name': 'a',
    });
  });

  it.each<[string, string]>([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=secret%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=secret%0d%0ab'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', '=secret'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'secret'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', '-1'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%'],
    ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '2049'],
    ['OTEL_TRACES_EXPORTER', 'jaeger'],
    ['OTEL_SDK_DISABLED', 'yes'],
    ['TRACE_GEN_AI', 'all'],
    ['TRACE_CLIENT_ADDRESS', '1'],
  ])('refuse %s=%s, and do not repeat it', (name, value) => {
    const message = messageOf({ ...ENDPOINT, [name]: value });
    expect(message).toContain(`  - ${name}`);
    expect(message.split('\n')).toHaveLength(2);
    expect(message).not.toMatch(/secret/);
  });

  it.each(['0', '1', '0.25', '1.0'])('may be sampled at %s', (OTEL_TRACES_SAMPLER_ARG) => {
    expect(tracing({ ...ENDPOINT, OTEL_TRACES_SAMPLER_ARG })).toMatchObject({
      samplingRatio: Number(OTEL_TRACES_SAMPLER_ARG),
    });
  });
});
