import { describe, expect, it } from '@jest/globals';
import { IsArray, IsInt, IsString } from 'class-validator';
import { Nested, NestedList } from '../validation/dto.js';
import type { FieldError } from '../validation/field-errors.js';
import { Optional } from '../validation/rules.js';
import { DtoValidationPipe } from './dto-validation.pipe.js';
import { InvalidRequestError } from './request.errors.js';

class ChildDto {
  @IsString()
  name: string = '';
}

class ParentDto {
  @Optional()
  @IsInt()
  size?: number;

  @Nested(() => ChildDto)
  child: ChildDto = new ChildDto();

  @Optional()
  @IsArray()
  @NestedList(() => ChildDto, 3)
  children?: ChildDto[];
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
