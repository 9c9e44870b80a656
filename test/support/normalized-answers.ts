import { readFileSync } from 'node:fs';
import type { Example } from '../../src/api/description/examples.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>;
}

/**
 * Answers with the ids and times of the examples in place of their own: the first id is the first one of the examples, and so
 * on. What is sent has the ids of the service.
 */
export class NormalizedAnswers {
  private readonly real: string[] = [];
  private readonly description = JSON.parse(
    readFileSync('docs/openapi.json', 'utf8'),
  ) as Description;

  /** The method and the path of the operation of an example, for the first id. */
  addressOf({ of, status }: Example): [method: string, path: string] {
    for (const [path, methods] of Object.entries(this.description.paths)) {
      for (const [method, { operationId }] of Object.entries(methods)) {
        if (operationId !== of) continue;
        const query = status === 400 ? '?limit=0' : '';
        return [method.toUpperCase(), path.replace('{id}', this.real[0] ?? '') + query];
      }
    }
    throw new Error(`There is no operation ${of}.`);
  }

  toSend(request: unknown): unknown {
    if (request === undefined) return undefined;
    const text = JSON.stringify(request).replaceAll(
      UUID,
      (id) => this.real[Number(id.slice(-12)) - 1] ?? id,
    );
    return JSON.parse(text);
  }

  read(text: string): unknown {
    if (text === '') return undefined;
    const normalized = text
      .replaceAll(UUID, (id) => this.exampleOf(id))
      .replaceAll(/"(\w+)At":"[^"]+"/g, (_, name: string) => {
        return `"${name}At":"2026-${name === 'expires' ? 12 : 11}-26T09:30:00.000Z"`;
      });
    return JSON.parse(normalized);
  }

  private exampleOf(id: string): string {
    if (!this.real.includes(id)) this.real.push(id);
    return `01a21884-83e2-718e-85e9-${String(this.real.indexOf(id) + 1).padStart(12, '0')}`;
  }
}
