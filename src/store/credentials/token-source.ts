/** A secret that proves an identity until it expires. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Gives tokens of one identity, in place of a password: Microsoft Entra ID, say. */
export interface TokenSource {
  /**
   * A token for a scope. It may give the same token again while that token is valid. The service asks
   * again well before a token expires, and after a failure. Rejects when there is no token to have.
   */
  getToken(scope: string): Promise<AccessToken>;
}

/** For which service a token is, as Microsoft Entra ID names it. */
export const TOKEN_SCOPES = {
  redis: 'https://redis.azure.com/.default',
  postgres: 'https://ossrdbms-aad.database.windows.net/.default',
} as const;
