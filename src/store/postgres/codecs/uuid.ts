import { validate } from 'uuid';

/** No conversation and no turn has this id. */
const NIL = '00000000-0000-0000-0000-000000000000';

/** The id for a column of type `uuid`: what is no UUID is the id of nothing there. */
export function toUuid(id: string): string {
  return validate(id) ? id : NIL;
}
