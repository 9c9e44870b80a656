import { useCallback, useEffect, useState } from 'react';

const NAME = 'conversation';

/** The conversation that the address names, so that a reload and the back button find it. */
export function useAddress(): [id: string | undefined, go: (id: string | undefined) => void] {
  const [id, setId] = useState(addressed);
  useEffect(() => {
    const onPop = (): void => setId(addressed());
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

/** The conversation that the address names now. */
export function addressed(): string | undefined {
  return new URLSearchParams(location.search).get(NAME) ?? undefined;
}
