import { useState, type ReactElement } from 'react';
import { Session } from '../session/session';
import { keepToken, takeToken } from '../session/token';
import { TokenForm } from '../session/token-form';
import { Page } from './page';

export function App(): ReactElement {
  const [token, setToken] = useState(takeToken);
  const [session, setSession] = useState(() => (token === '' ? undefined : new Session(token)));

  const signIn = (token: string): void => {
    keepToken(token);
    setToken(token);
    setSession(new Session(token));
  };
  return session ? (
    <Page session={session} onSignOut={() => setSession(undefined)} />
  ) : (
    <TokenForm token={token} onSubmit={signIn} />
  );
}
