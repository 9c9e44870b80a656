import { jest } from '@jest/globals';

/**
 * A test that fails runs once more, and the log shows both failures. With three workers on two cores a deadline
 * breaks now and then in thousands of tests, which says something about the machine alone.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
