import type { TokenCredential } from '@azure/identity';
import type { AccessToken, TokenSource } from './token-source.js';

/**
 * Who asks for a token tries again anyway. By default the package repeats a request five times, which takes
 * longer than the answer may, so that the log would never say what is wrong.
 */
const RETRY = { maxRetries: 1, retryDelayInMs: 500 } as const;

/**
 * Tokens of the identity that this process has in Azure: a workload identity, a managed identity, or
 * whatever else `DefaultAzureCredential` finds, such as the sign-in of a developer. `@azure/identity` is
 * an optional dependency, and is loaded with the first token.
 */
export class AzureTokenSource implements TokenSource {
  private credential: Promise<TokenCredential> | undefined;

  /** @param clientId names the identity where the process has several, or a user-assigned one */
  constructor(private readonly clientId?: string) {}

  async getToken(scope: string): Promise<AccessToken> {
    this.credential ??= this.load();
    const token = await (await this.credential).getToken(scope);
    if (!token) throw new Error('Azure gave no token.');
    return { token: token.token, expiresAt: token.expiresOnTimestamp };
  }

  private async load(): Promise<TokenCredential> {
    const { DefaultAzureCredential } = await import('@azure/identity').catch((cause: unknown) => {
      throw new Error('The package @azure/identity is not installed.', { cause });
    });
    const { clientId } = this;
    return new DefaultAzureCredential({
      retryOptions: RETRY,
      ...(clientId !== undefined && {
        managedIdentityClientId: clientId,
        workloadIdentityClientId: clientId,
      }),
    });
  }
}
