import { setFlagsFromString } from 'node:v8';

/** Whether V8 gave both objects the same hidden class, as it does those that are made alike. */
export function haveSameHiddenClass(a: object, b: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- no other syntax asks for it
    return (new Function('a', 'b', 'return %HaveSameMap(a, b)') as Compare)(a, b);
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

type Compare = (a: object, b: object) => boolean;
