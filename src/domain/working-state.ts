/** Any value that JSON can express. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Bytes of a working state as UTF-8 JSON. */
export const MAX_STATE_BYTES = 256 * 1024;

/** What an orchestrator stores between the turns of a conversation. No answer to a user contains it. */
export interface WorkingState {
  /** `null` before the first put. */
  readonly value: JsonValue;
  /** 0 before the first put, then one more with each. */
  readonly version: number;
}
