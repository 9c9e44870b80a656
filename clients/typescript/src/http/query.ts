type Value = string | number | readonly string[] | undefined;

/** The query of an address, with its `?`; empty when no value is there. */
export function toQuery(values: Readonly<Record<string, Value>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      query.append(name, String(each));
    }
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
