import tests from './jest.config.js';

/** The steps of the Dockerfile, run without a container engine, and the image that they give. */
export default {
  ...tests,
  roots: ['<rootDir>/test/image'],
  testMatch: ['**/*.scenario.ts'],
  maxWorkers: 1,
};
