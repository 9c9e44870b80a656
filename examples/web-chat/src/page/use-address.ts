import { useCallback, useEffect, useState } from 'react';

const NAME = 'conversation';

/** The conversation that the address names, so that a reload and the back button find it. */
export function useAddress(): [id: string | undefined, go: (id: string | undefined) => void] {
  const [id, setId] = useState(read);
  useEffect(() => {
    const onPop = (): void => setId(read());
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);

  const go = useCallback((next: string | undefined) => {
    const query = next === undefined ? '' : `?${new URLSearchParams({ [NAME]: next })}`;
    history.pushState(null, '', location.pathname + query);
    setId(next);
  }, []);
  return [id, go];
}

function read(): string | undefined {
  return new URLSearchParams(location.search).get(NAME) ?? undefined;
}
