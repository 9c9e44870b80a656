/** The entity tag of a version of a conversation. It is a strong one, because `If-Match` needs that. */
export function toEntityTag(version: number): string {
  return `"${version}"`;
}

/** Versions start at 1, so no conversation has this one. */
const NO_VERSION = 0;

/**
 * The version that `If-Match` names; undefined when it accepts any version. A weak tag, or a tag that
 * the service never gave, matches no version.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tag = /^\s*"([1-9]\d{0,14})"\s*$/.exec(ifMatch);
  return tag ? Number(tag[1]) : NO_VERSION;
}

/** Whether `If-None-Match` names the tag. It compares weak and strong tags alike (RFC 9110, 13.1.2). */
export function namesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((item) => item.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(tag);
}
