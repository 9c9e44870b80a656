/** The server has the connection open and has not answered on it in time. */
export class SilenceError extends Error {
  constructor() {
    super('The server does not answer.');
  }
}
