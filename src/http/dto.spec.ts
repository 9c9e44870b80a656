import { describe, expect, it } from '@jest/globals';
import { IsArray, IsInt, IsString } from 'class-validator';
import { Convert, Nested, NestedList, Optional, toDto } from './dto.js';
import { DtoValidationPipe } from './dto-validation.pipe.js';
import { InvalidRequestError, type FieldError } from './request.errors.js';

class ChildDto {
  @IsString()
  name: string = '';
}

class ParentDto {
  @Optional()
  @Convert((value) => (typeof value === 'string' ? value.length : value))
  @IsInt()
  size?: number;

  @Optional()
  anything?: unknown;

  @Nested(() => ChildDto, (value) => (typeof value === 'string' ? { name: value } : value))
  child: ChildDto = new ChildDto();

  @Optional()
  @IsArray()
  @NestedList(() => ChildDto, 3)
  children?: ChildDto[];
}

/** Its name is one of its parent's, where it means something else. */
class UnrelatedDto {
  size: unknown = undefined;
}

function convert(plain: unknown): { dto: ParentDto | undefined; errors: FieldError[] } {
  const errors: FieldError[] = [];
  return { dto: toDto(ParentDto, plain, errors) as ParentDto | undefined, errors };
}

function validate(value: unknown): ParentDto {
  const metadata = { type: 'body', metatype: ParentDto } as const;
  return new DtoValidationPipe().transform(value, metadata) as ParentDto;
}

function errorsOf(value: unknown): readonly FieldError[] {
  try {
    validate(value);
  } catch (error) {
    return (error as InvalidRequestError).errors;
  }
  return [];
}

describe('toDto', () => {
  it('makes DTOs all the way down', () => {
    const { dto, errors } = convert({ size: 'abc', child: 'x', children: [{ name: 'y' }] });
    expect(errors).toEqual([]);
    expect(dto).toBeInstanceOf(ParentDto);
    expect(dto?.size).toBe(3);
    expect(dto?.child).toBeInstanceOf(ChildDto);
    expect(dto?.children?.[0]).toBeInstanceOf(ChildDto);
    expect(dto).toEqual({ size: 3, child: { name: 'x' }, children: [{ name: 'y' }] });
  });

  it('keeps the defaults of what is absent', () => {
    expect(convert({}).dto).toEqual({ child: { name: '' } });
  });

  it('keeps a falsy value, and null, that is there', () => {
    expect(convert({ size: 0, anything: null }).dto).toMatchObject({ size: 0, anything: null });
    expect(convert({ size: '' }).dto?.size).toBe(0);
  });

  it('hands over the very values that are no DTOs, whatever their keys', () => {
    const anything = { constructor: 1, toString: 2, nested: { hasOwnProperty: 3 } };
    expect(convert({ anything }).dto?.anything).toBe(anything);
  });

  it('converts by class, not by the name of a property', () => {
    expect(toDto(UnrelatedDto, { size: 'abc' }, [])).toEqual({ size: 'abc' });
  });

  it.each([null, undefined, 'x', 7, true, [], [{}], () => ({})])('makes none of %p', (plain) => {
    expect(convert(plain).dto).toBeUndefined();
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__defineGetter__', 'valueOf', 'Size'])(
    'refuses the unknown property %s, and leaves it out',
    (key) => {
      const { dto, errors } = convert({ [key]: 1 });
      expect(errors).toEqual([{ field: key, message: 'is not a known property' }]);
      expect(Object.keys(dto ?? {})).not.toContain(key);
    },
  );

  it('refuses an own __proto__, and sets no prototype', () => {
    const { dto, errors } = convert(JSON.parse('{"__proto__":{"size":1}}'));
    expect(errors.map(({ field }) => field)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(dto)).toBe(ParentDto.prototype);
  });

  it.each([null, 7, 'x', [], [{ name: 'x' }]])('refuses %j for an object in a list', (item) => {
    const { errors } = convert({ children: [{ name: 'x' }, item] });
    expect(errors).toEqual([{ field: 'children.1', message: 'must be an object' }]);
  });

  it.each([null, 7, [], [{ name: 'x' }]])('refuses %j for an object', (child) => {
    expect(convert({ child }).errors).toEqual([{ field: 'child', message: 'must be an object' }]);
  });
});

describe('DtoValidationPipe', () => {
  it('names every mistake by its path', () => {
    const body = { size: 1.5, child: { name: 7, a: 1 }, children: [{ name: 'x' }, { name: 7 }] };
    expect(errorsOf(body)).toEqual([
      { field: 'child.a', message: 'is not a known property' },
      { field: 'size', message: 'must be an integer number' },
      { field: 'child.name', message: 'must be a string' },
      { field: 'children.1.name', message: 'must be a string' },
    ]);
  });

  it.each([undefined, null, [], 'x', 7])('refuses the body %j', (body) => {
    expect(errorsOf(body)).toEqual([{ field: 'body', message: 'must be a JSON object' }]);
  });

  it('takes null for a value of an optional property', () => {
    expect(errorsOf({ size: null })).toMatchObject([{ field: 'size' }]);
  });

  it('names at most 20 mistakes, each with a name of at most 100 characters', () => {
    const keys = Array.from({ length: 30 }, (_, i) => `${i}${'x'.repeat(1_000)}`);
    const errors = errorsOf(Object.fromEntries(keys.map((key) => [key, 1])));
    expect(errors.map(({ field }) => field.length)).toEqual(Array(20).fill(100));
  });

  it('leaves parameters and what has no class alone', () => {
    const pipe = new DtoValidationPipe();
    expect(pipe.transform('x', { type: 'param', metatype: String })).toBe('x');
    const body = { a: 1 };
    expect(pipe.transform(body, { type: 'body' })).toBe(body);
    expect(pipe.transform(body, { type: 'custom', metatype: ParentDto })).toBe(body);
  });
});
