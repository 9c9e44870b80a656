/** The code of the application puts the service together in a way that cannot work. */
export class ApplicationSetupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ApplicationSetupError';
  }
}
