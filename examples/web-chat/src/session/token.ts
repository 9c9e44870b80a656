const KEY = 'conversation-store-token';

/**
 * The token of who uses the page: from the address, `#token=…`, which no server sees, or from the
 * last visit. A page of yours would ask its identity provider instead, and keep it in memory.
 */
export function takeToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return localStorage.getItem(KEY) ?? '';
  keepToken(token);
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

export function keepToken(token: string): void {
  localStorage.setItem(KEY, token);
}
