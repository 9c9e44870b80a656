/** A copy of a JSON value, in which `map` has replaced the values, the outer ones first. What becomes undefined is gone. */
export function mapJson<T>(json: T, map: (key: string, value: unknown) => unknown): T {
  return JSON.parse(JSON.stringify(json, map)) as T;
}
