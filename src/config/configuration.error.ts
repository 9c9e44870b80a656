/** What is wrong with one variable, or with several together. Never contains a value. */
export interface ConfigurationMistake {
  readonly variables: readonly string[];
  readonly message: string;
}

/** Everything that is wrong with the configuration. The message has one line for each mistake. */
export class ConfigurationError extends Error {
  constructor(readonly mistakes: readonly ConfigurationMistake[]) {
    const lines = mistakes.map((mistake) => `  - ${describeMistake(mistake)}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

const LIST = new Intl.ListFormat('en-GB');

/** One line: `REDIS_URL: must be …`, or `JWT_SECRET and JWT_JWKS_URI: set only …`. */
export function describeMistake({ variables, message }: ConfigurationMistake): string {
  return `${LIST.format(variables)}: ${message}`;
}
