/** What the code of the application configures, so that no variable has to. */
export interface ConfiguredInCode {
  readonly auth?: boolean;
  readonly store?: boolean;
  /** The key service of the store that the variables name. */
  readonly keys?: boolean;
}
