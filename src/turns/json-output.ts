import { MalformedBodyError } from '../http/request.errors.js';
import { scanJson } from '../http/json-scan.js';
import { InvalidOutputError } from './invalid-output.error.js';

/**
 * The JSON of what an orchestrator yielded. The rules are those for the bodies of clients.
 * @throws InvalidOutputError
 */
export function toJson(value: unknown, name: string): string {
  const json = stringify(value, name);
  if (json === undefined) throw new InvalidOutputError(`The ${name} is not a JSON value.`);
  try {
    scanJson(Buffer.from(json));
  } catch (cause) {
    if (!(cause instanceof MalformedBodyError)) throw cause;
    throw new InvalidOutputError(`The ${name} cannot be stored: ${cause.message}`, { cause });
  }
  return json;
}

function stringify(value: unknown, name: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new InvalidOutputError(`The ${name} is not a JSON value.`, { cause });
  }
}
