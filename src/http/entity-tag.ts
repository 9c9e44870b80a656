/** The entity tag of a version of a conversation: strong, for it guards writes. */
export function toEntityTag(version: number): string {
  return `"${version}"`;
}

/** No conversation has it. */
const NO_VERSION = 0;

/**
 * The version that `If-Match` asks for; undefined when any will do. A tag that is none of ours, a
 * weak one too, asks for a version that there is not.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tag = /^\s*"([1-9]\d{0,14})"\s*$/.exec(ifMatch);
  return tag ? Number(tag[1]) : NO_VERSION;
}

/** Whether `If-None-Match` names the tag; weak and strong are the same here (RFC 9110, 13.1.2). */
export function namesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((item) => item.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(tag);
}
