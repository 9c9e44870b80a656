import { useState, type ReactElement } from 'react';
import { ConversationsApi } from './conversations-api';
import { ConversationsPage } from './conversations-page';
import { keepToken, takeToken } from './token';
import { TokenForm } from './token-form';

export function App(): ReactElement {
  const [token, setToken] = useState(takeToken);
  const [api, setApi] = useState(() => (token === '' ? undefined : new ConversationsApi(token)));

  const signIn = (token: string): void => {
    keepToken(token);
    setToken(token);
    setApi(new ConversationsApi(token));
  };
  return api ? (
    <ConversationsPage api={api} onSignOut={() => setApi(undefined)} />
  ) : (
    <TokenForm token={token} onSubmit={signIn} />
  );
}
