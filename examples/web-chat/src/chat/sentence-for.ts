import { UNREACHABLE, type ProblemError } from '@conversation-store/client';

/** In words for who writes messages, where those of the service are for who writes pages. */
export function sentenceFor(problem: ProblemError): string {
  switch (problem.slug) {
    case UNREACHABLE:
      return 'The service cannot be reached.';
    case 'turn-failed':
      return 'The assistant could not answer. Your message is stored.';
    case 'turn-conflict':
      return 'A reply is being written already, perhaps in another tab.';
    case 'message-superseded':
      return 'This was answered already, perhaps in another tab.';
    case 'invalid-request':
      // What is wrong with a field says more than that something is wrong.
      return problem.errors[0]?.message ?? problem.message;
    default:
      return problem.message;
  }
}
