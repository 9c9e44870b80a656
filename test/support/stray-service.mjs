import 'reflect-metadata';
import { AppModule, startService } from '../../dist/index.js';

/** The built service, in which a mistake of the team's own code happens at SIGUSR2. */
process.on('SIGUSR2', () => {
  const error = new Error('A stray error.');
  if (process.env.STRAY === 'exception') throw error;
  void Promise.reject(error);
});

await startService(AppModule.forRoot());
