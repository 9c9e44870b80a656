import { DEFAULT_OWNER_SHARE } from '../bounds/bounded-shares.js';

/** What one process does at once for conversations. */
export interface ConversationsOptions {
  /** The most exports that one process sends at once. */
  readonly maxExports: number;
  /** The part of this bound that one owner may have while others ask: more than 0, 1 at most. */
  readonly ownerShare: number;
}

/** What is used when nothing else is said, neither in code nor in the environment. */
export const DEFAULT_CONVERSATIONS_OPTIONS: ConversationsOptions = {
  maxExports: 16,
  ownerShare: DEFAULT_OWNER_SHARE,
};
