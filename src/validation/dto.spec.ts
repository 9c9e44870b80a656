import { describe, expect, it } from '@jest/globals';
import { IsArray, IsInt, IsString } from 'class-validator';
import { Convert, Nested, NestedList, toDto } from './dto.js';
import type { FieldError } from './field-errors.js';
import { Optional } from './rules.js';

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

class DerivedDto extends ParentDto {
  @Convert((value) => (value === 'none' ? [] : value))
  override children?: ChildDto[] = [];
}

class PlainDerivedDto extends ParentDto {}

function convert(plain: unknown): { dto: ParentDto | undefined; errors: FieldError[] } {
  const errors: FieldError[] = [];
  return { dto: toDto(ParentDto, plain, errors), errors };
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

  it('leaves the default of an absent property', () => {
    expect(convert({}).dto).toEqual({ child: { name: '' } });
  });

  it('takes a falsy value and null', () => {
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

  it('converts as the classes do that a class extends', () => {
    const plain = { size: 'abc', children: 'none' };
    expect(toDto(DerivedDto, plain, [])).toMatchObject({ size: 3, children: [] });
    for (const Class of [PlainDerivedDto, ParentDto]) {
      const errors: FieldError[] = [];
      expect(toDto(Class, plain, errors)).toMatchObject({ size: 3, children: undefined });
      expect(errors).toEqual([{ field: 'children', message: 'must be an array' }]);
    }
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
