/** ESM under Jest: docs/decisions/0001-esm-with-jest.md says why each line is here. */
export default {
  testEnvironment: 'node',
  // class-validator keeps its metadata on the global object, which Jest would take away.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // What wants the machine for itself: `npm run test:system` runs it.
  testPathIgnorePatterns: ['/node_modules/', '/test/(system|faults|abuse)/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.[jt]s$': '@swc/jest' },
  // The ESM packages that CommonJS ones require: Jest cannot load those as they are.
  transformIgnorePatterns: ['/node_modules/(?!(cookie|jose)/)'],
  moduleNameMapper: {
    '^conversation-store$': '<rootDir>/src/index.ts',
    '^conversation-store/contract$': '<rootDir>/test/contract/index.ts',
    '^@conversation-store/client$': '<rootDir>/clients/typescript/src/index.ts',
    '^@conversation-store/client/ai$': '<rootDir>/clients/typescript/src/ai/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/quiet-logs.ts'],
  // Much of the time is waiting, for deadlines and for servers.
  maxWorkers: 3,
  workerIdleMemoryLimit: '600MB',
  maxConcurrency: 10,
  testTimeout: 120_000,
  // ioredis' parser shrinks its buffers on a timer for a second or two after a large reply.
  openHandlesTimeout: 5_000,
};
