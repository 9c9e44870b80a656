/** What a client asks of the function that gives its token. */
export interface TokenRequest {
  /** The service has refused the token that the function gave last: get a new one. */
  readonly refresh: boolean;
}

/** A bearer token, or a function that gives one. The function is called for every request, so it should cache. */
export type AccessToken = string | ((request: TokenRequest) => string | Promise<string>);

/** The value of the header `Authorization`. @throws what the function throws */
export async function authorization(token: AccessToken, refresh: boolean): Promise<string> {
  const value = typeof token === 'string' ? token : await token({ refresh });
  return `Bearer ${value}`;
}
