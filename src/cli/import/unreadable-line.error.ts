/** The line is not a dialogue. The message says why, without the text of the line. */
export class UnreadableLineError extends Error {}
