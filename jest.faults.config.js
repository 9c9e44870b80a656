import tests from './jest.config.js';

process.env.FAULT_SECONDS ??= '8';

/** The tests of test/faults alone, one after the other and for longer, with a table at the end. */
export default {
  ...tests,
  roots: ['<rootDir>/test/faults'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/faults/global-setup.ts',
  globalTeardown: '<rootDir>/test/faults/global-teardown.ts',
  maxWorkers: 1,
};
