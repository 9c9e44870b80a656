import type { DynamicToolUIPart, ToolUIPart } from 'ai';

/** A call of a tool, as a part of a message. */
export type ToolPart = ToolUIPart | DynamicToolUIPart;
