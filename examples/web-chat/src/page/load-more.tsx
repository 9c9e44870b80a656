import { useEffect, useRef, useState, type ReactElement } from 'react';

interface LoadMoreProps {
  readonly label: string;
  readonly onLoad: () => Promise<void>;
}

/** Loads when it comes into sight, and when it is pressed. */
export function LoadMore({ label, onLoad }: LoadMoreProps): ReactElement {
  const button = useRef<HTMLButtonElement>(null);
  const [isLoading, setLoading] = useState(false);
  const isBusy = useRef(false);

  const load = useRef(onLoad);
  useEffect(() => {
    load.current = async () => {
      if (isBusy.current) return;
      isBusy.current = true;
      setLoading(true);
      await onLoad().finally(() => {
        isBusy.current = false;
        setLoading(false);
      });
    };
  });
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void load.current();
      },
      { root: button.current?.closest('.scroller') ?? null, rootMargin: '300px' },
    );
    if (button.current) observer.observe(button.current);
    return () => observer.disconnect();
    // What has come may be less than a screen: observing anew asks again.
  }, [onLoad]);
  return (
    <button
      ref={button}
      className="button quiet load-more"
      aria-disabled={isLoading}
      onClick={() => void load.current()}
    >
      {isLoading ? 'Loading …' : label}
    </button>
  );
}
