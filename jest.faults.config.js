import tests from './jest.config.js';

process.env.FAULT_SECONDS ??= '8';

/** What wants the machine for itself: the specs of test/faults and test/abuse, one after the other, with tables at the end. */
export default {
  ...tests,
  roots: ['<rootDir>/test/faults', '<rootDir>/test/abuse'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/faults/global-setup.ts',
  globalTeardown: '<rootDir>/test/faults/global-teardown.ts',
  maxWorkers: 1,
};
