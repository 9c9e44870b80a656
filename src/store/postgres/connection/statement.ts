/**
 * A statement that each connection prepares once. PostgreSQL then plans it once, too. One name stands for
 * one text.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}
