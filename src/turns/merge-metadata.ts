import type { MessageMetadata } from '../domain/message.js';

/** What the service says about a reply. An orchestrator cannot change it. */
const RESERVED = new Set(['turnId', 'userSeq']);
/** The AI SDK merges none of these keys. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

/** Merges as the AI SDK does: objects key by key, at any depth; a list is replaced. */
export function mergeMetadata(base: MessageMetadata, changes: MessageMetadata): MessageMetadata {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (UNSAFE.has(key)) continue;
    const present = Object.hasOwn(base, key) ? base[key] : undefined;
    merged[key] = isRecord(present) && isRecord(value) ? mergeMetadata(present, value) : value;
  }
  return merged;
}

/** Metadata of an orchestrator, without what is the service's own. */
export function withoutReserved(metadata: MessageMetadata): MessageMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !RESERVED.has(key)));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
