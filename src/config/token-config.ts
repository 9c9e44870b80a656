import { AzureTokenSource } from '../store/credentials/azure-token-source.js';
import type { TokenSource } from '../store/credentials/token-source.js';
import type { AzureEnvironment } from './azure.environment.js';
import type { ConfigurationMistake } from './configuration.error.js';

/** What a server asks for: a password, or a token of Microsoft Entra ID. */
export type ServerAuth = 'password' | 'entra';

/** The variables of one server that have to do with its authentication. */
export interface CredentialVariables {
  /** Names the way to authenticate. */
  readonly auth: string;
  /** Names where the password comes from, if one is set. */
  readonly password: string | undefined;
  /** Names where TLS is turned on, if there is none. */
  readonly missingTls: string | undefined;
}

/** The tokens in place of a password; undefined when a password is meant. Adds what does not fit to `mistakes`. */
export function toTokens(
  auth: ServerAuth,
  { AZURE_CLIENT_ID }: AzureEnvironment,
  { auth: variable, password, missingTls }: CredentialVariables,
  mistakes: ConfigurationMistake[],
): TokenSource | undefined {
  if (auth === 'password') return undefined;
  if (password !== undefined) {
    mistakes.push({
      variables: [variable, password],
      message: 'may not have a password and tokens of Entra ID: remove the password',
    });
  }
  if (missingTls !== undefined) {
    mistakes.push({
      variables: [variable, missingTls],
      message: 'entra needs TLS, since the connection carries a token',
    });
  }
  return new AzureTokenSource(AZURE_CLIENT_ID);
}
