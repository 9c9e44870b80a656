import { parse } from 'secure-json-parse';

type State =
  | 'root'
  | 'finish'
  | 'string'
  | 'string-escape'
  | 'unicode-escape'
  | 'literal'
  | 'number'
  | 'object-start'
  | 'object-key'
  | 'object-after-key'
  | 'object-before-value'
  | 'object-after-value'
  | 'object-after-comma'
  | 'array-start'
  | 'array-after-value'
  | 'array-after-comma';

const LITERALS = ['true', 'false', 'null'];

/**
 * The value of a JSON text that may have been cut off: the input of a tool whose stream ended early.
 * The result is `undefined` when nothing can be read. It is what the AI SDK shows a client for that text.
 */
export function parsePartialJson(text: string): unknown {
  return tryToParse(text) ?? tryToParse(closeJson(text));
}

function tryToParse(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Cuts a text behind its last whole value, and closes what is open. A port of `fixJson` of the AI SDK. */
function closeJson(text: string): string {
  const scan = new PartialJsonScan(text);
  for (let i = 0; i < text.length; i++) scan.read(i);
  return scan.closed();
}

class PartialJsonScan {
  private readonly stack: State[] = ['root'];
  /** The end of what can be used. */
  private end = 0;
  private literalStart = 0;
  private unicodeDigits = 0;

  constructor(private readonly text: string) {}

  read(i: number): void {
    const char = this.text[i] as string;
    const state = this.stack.at(-1);
    switch (state) {
      case 'root': {
        this.readValueStart(char, i, 'finish');
        return;
      }
      case 'object-before-value': {
        this.readValueStart(char, i, 'object-after-value');
        return;
      }
      case 'array-after-comma': {
        this.readValueStart(char, i, 'array-after-value');
        return;
      }
      case 'array-start':
        if (char === ']') {
          this.pop(i);
          return;
        }
        {
          this.readValueStart(char, i, 'array-after-value');
          return;
        }
      case 'object-start':
        if (char === '}') {
          this.pop(i);
          return;
        }
        if (char === '"') this.replace('object-key');
        return;
      case 'object-after-comma':
        if (char === '"') this.replace('object-key');
        return;
      case 'object-key':
        if (char === '"') this.replace('object-after-key');
        return;
      case 'object-after-key':
        if (char === ':') this.replace('object-before-value');
        return;
      case 'object-after-value':
      case 'array-after-value': {
        this.readAfterValue(char, i, state === 'array-after-value');
        return;
      }
      case 'string':
      case 'string-escape':
      case 'unicode-escape': {
        this.readString(char, i, state);
        return;
      }
      case 'number': {
        this.readNumber(char, i);
        return;
      }
      case 'literal': {
        this.readLiteral(char, i);
        return;
      }
      case 'finish':
      case undefined:
        return;
    }
  }

  closed(): string {
    let result = this.text.slice(0, this.end);
    for (const state of this.stack.toReversed()) {
      if (state === 'string') result += '"';
      else if (state.startsWith('object')) result += '}';
      else if (state.startsWith('array')) result += ']';
      else if (state === 'literal') result += this.restOfLiteral();
    }
    return result;
  }

  private readValueStart(char: string, i: number, next: State): void {
    const inside = valueState(char);
    if (!inside) return;
    // A minus alone is no number.
    if (char !== '-') this.end = i + 1;
    if (inside === 'literal') this.literalStart = i;
    this.replace(next);
    this.stack.push(inside);
  }

  private readAfterValue(char: string, i: number, isArray: boolean): void {
    if (char === ',') this.replace(isArray ? 'array-after-comma' : 'object-after-comma');
    else if (char === (isArray ? ']' : '}')) this.pop(i);
    else if (isArray) this.end = i + 1;
  }

  private readString(char: string, i: number, state: State): void {
    if (state === 'string-escape') {
      if (char === 'u') {
        this.unicodeDigits = 0;
        this.replace('unicode-escape');
      } else this.pop(i);
    } else if (state === 'unicode-escape') {
      if (/[0-9a-f]/i.test(char) && ++this.unicodeDigits === 4) this.pop(i);
    } else if (char === '"') this.pop(i);
    else if (char === '\\') this.stack.push('string-escape');
    else this.end = i + 1;
  }

  private readNumber(char: string, i: number): void {
    if (/[0-9]/.test(char)) this.end = i + 1;
    else if (!/[eE.-]/.test(char)) {
      this.stack.pop();
      if (/[,}\]]/.test(char)) this.readEndOfScalar(char, i);
    }
  }

  private readLiteral(char: string, i: number): void {
    const literal = this.text.slice(this.literalStart, i + 1);
    if (LITERALS.some((whole) => whole.startsWith(literal))) this.end = i + 1;
    else {
      this.stack.pop();
      this.readEndOfScalar(char, i);
    }
  }

  /** Numbers and literals end with the character behind them. */
  private readEndOfScalar(char: string, i: number): void {
    const state = this.stack.at(-1);
    if (state !== 'object-after-value' && state !== 'array-after-value') return;
    const isArray = state === 'array-after-value';
    if (char === ',' || char === (isArray ? ']' : '}')) this.readAfterValue(char, i, isArray);
  }

  private restOfLiteral(): string {
    const literal = this.text.slice(this.literalStart);
    const whole = LITERALS.find((candidate) => candidate.startsWith(literal)) ?? '';
    return whole.slice(literal.length);
  }

  private pop(i: number): void {
    this.stack.pop();
    this.end = i + 1;
  }

  private replace(state: State): void {
    this.stack[this.stack.length - 1] = state;
  }
}

/** The state inside a value that begins with this character. */
function valueState(char: string): State | undefined {
  if (char === '"') return 'string';
  if (char === '{') return 'object-start';
  if (char === '[') return 'array-start';
  if (/[ftn]/.test(char)) return 'literal';
  return /[0-9-]/.test(char) ? 'number' : undefined;
}
