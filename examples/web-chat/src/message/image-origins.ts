/**
 * The origins that `VITE_IMAGE_ORIGINS` names, separated by commas: for the page, and for the policy that it is built with.
 * @throws TypeError for one that is no address
 */
export function toOrigins(list: string): readonly string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
    .map((origin) => new URL(origin).origin);
}
