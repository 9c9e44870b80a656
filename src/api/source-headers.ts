/** The header of an answer that lacks the changes that were not saved yet, because the tier in front is away. */
export function sourceHeaders({ source }: { readonly source?: 'archive' }): Record<string, string> {
  return source ? { 'X-Conversation-Source': source } : {};
}
