import tests from './jest.config.js';

/**
 * What wants the machine for itself, two specs at a time: the service as several processes, packed packages, the chat
 * page in a browser, servers that fail (each nemesis strikes once), and clients that attack.
 */
export default {
  ...tests,
  roots: ['<rootDir>/test/system', '<rootDir>/test/faults', '<rootDir>/test/abuse'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 2,
};
