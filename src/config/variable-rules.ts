import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { parseDecimal } from '../validation/conversions.js';
import { isWholeNumber, IsWholeNumber, rule } from '../validation/rules.js';

export function WholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => parseDecimal(value)),
    IsWholeNumber(min, max),
  );
}

export function ZeroOrWholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => parseDecimal(value)),
    rule(
      'isZeroOrWholeNumber',
      `must be 0, or a whole number from ${min} to ${max}`,
      (value) => value === 0 || isWholeNumber(value, min, max),
    ),
  );
}

/** A list with commas. */
export function List(isItem: (item: string) => boolean, message: string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value,
    ),
    rule('isList', message, (value) => (value as string[]).every(isItem)),
  );
}

/** A URL that `new URL` accepts. */
export function Address(...protocols: string[]): PropertyDecorator {
  const message = `must be a URL such as ${protocols[0]}//host:port, percent-encoded where needed`;
  return rule('isAddress', message, (value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && protocols.includes(url.protocol) && url.hostname !== '';
  });
}

/** An origin exactly as a browser sends it: the service compares origins character by character. */
export function isOrigin(item: string): boolean {
  return /^https?:/.test(item) && !item.includes('*') && URL.canParse(item)
    ? new URL(item).origin === item
    : false;
}
