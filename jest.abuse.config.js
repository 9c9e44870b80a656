import tests from './jest.config.js';

/** The attacks of test/abuse, one after the other, with a table at the end. */
export default {
  ...tests,
  roots: ['<rootDir>/test/abuse'],
  testMatch: ['**/*.scenario.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/abuse/global-setup.ts',
  globalTeardown: '<rootDir>/test/abuse/global-teardown.ts',
  maxWorkers: 1,
};
