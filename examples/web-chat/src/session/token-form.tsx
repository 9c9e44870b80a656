import { MessagesSquare } from 'lucide-react';
import type { ReactElement } from 'react';

interface TokenFormProps {
  readonly token: string;
  readonly onSubmit: (token: string) => void;
}

export function TokenForm({ token, onSubmit }: TokenFormProps): ReactElement {
  const submit = (form: FormData): void => onSubmit((form.get('token') as string).trim());
  return (
    <main className="sign-in">
      <MessagesSquare className="mark-icon" aria-hidden="true" />
      <h1>Conversations</h1>
      <form action={submit}>
        <label htmlFor="token">Your token</label>
        <textarea
          id="token"
          name="token"
          rows={6}
          required
          autoFocus
          spellCheck={false}
          defaultValue={token}
          aria-describedby="token-hint"
        />
        <p className="hint" id="token-hint">
          The service prints one at its start; <code>npm run token</code> makes more.
        </p>
        <button className="button primary">Open</button>
      </form>
    </main>
  );
}
