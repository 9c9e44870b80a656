import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** When messages come in above the first one, what the reader sees stays where it is. */
export function usePlaceKept(
  scroller: RefObject<HTMLElement | null>,
  firstId: string | undefined,
): void {
  const before = useRef<{ readonly firstId: string | undefined; readonly height: number }>(
    undefined,
  );
  useLayoutEffect(() => {
    const { current: element } = scroller;
    if (!element) return;
    const former = before.current;
    const height = element.scrollHeight;
    const isNewFirst = former?.firstId !== undefined && former.firstId !== firstId;
    if (isNewFirst && height > former.height) element.scrollTop += height - former.height;
    before.current = { firstId, height };
  });
}

/** When the room for the messages shrinks, a reader who is at the end stays there. */
export function useEndKept(
  scroller: RefObject<HTMLElement | null>,
  isAtEnd: boolean,
  scrollToEnd: (animation: 'instant') => unknown,
): void {
  const wasAtEnd = useRef(isAtEnd);
  useEffect(() => {
    wasAtEnd.current = isAtEnd;
  }, [isAtEnd]);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) scrollToEnd('instant');
    });
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scroller, scrollToEnd]);
}
