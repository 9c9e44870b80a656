import { EventEmitter } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does what the user's message says: a JSON list of steps, each `[name, value]`. It repeats any other
 * message. It is plain JavaScript, so that a process of the built code can run it without a build.
 */
export class ScriptedOrchestrator {
  /** The context of each turn, in order. */
  static turns = [];
  /** Turns whose signal has aborted. */
  static aborted = [];
  /** Whether turns stay in the list: in a process of its own nobody reads it, and each turn has its history. */
  static keepsTurns = true;

  async *answer(turn) {
    const { turnId, signal } = turn;
    if (ScriptedOrchestrator.keepsTurns) ScriptedOrchestrator.turns.push(turn);
    signal.addEventListener('abort', () => ScriptedOrchestrator.aborted.push(turnId));
    for (const [name, value] of stepsOf(turn)) {
      if (name in this.waits) await this.waits[name](value, turn);
      else yield* this[name](value, turn);
    }
  }

  async *say(text) {
    yield text;
  }

  /** Numbers, as pieces of text. */
  async *count({ to, everyMs }) {
    for (let i = 1; i <= to; i++) {
      yield { type: 'text-delta', text: `${i} ` };
      await delay(everyMs);
    }
  }

  async *output(output) {
    yield output;
  }

  async *part(part) {
    yield { type: 'part', part };
  }

  async *state(value) {
    yield { type: 'state', value };
  }

  async *status(status) {
    yield { type: 'status', status };
  }

  async *stateOf(characters) {
    yield { type: 'state', value: 'x'.repeat(characters) };
  }

  /** Adds one to the count that the turn before has stored. */
  async *increment(_, { state }) {
    const value = { count: (state.value?.count ?? 0) + 1 };
    yield { type: 'state', value };
    yield `${value.count}`;
  }

  async *recall(_, { history }) {
    yield history.map(({ parts }) => parts[0].text).join(' | ');
  }

  /** Steps that yield nothing. */
  waits = {
    /** Until the signal aborts. */
    untilAborted: (_, { signal }) => delay(600_000, undefined, { signal }),
    /** For ever: it ignores the signal. */
    hang: () => new Promise(() => undefined),
    throw: (message) => Promise.reject(new Error(message)),
    /** Leaves failures behind that nothing catches, each with the message and its kind. */
    stray: async (message, { signal }) => {
      const fail = (kind) => {
        throw new Error(`${message} ${kind}`);
      };
      void Promise.reject(new Error(`${message} rejection`));
      void delay(5).then(() => fail('later rejection'));
      setTimeout(() => fail('timer'), 5);
      setImmediate(() => fail('immediate'));
      setTimeout(() => new EventEmitter().emit('error', new Error(`${message} event`)), 5);
      signal.addEventListener('abort', () => fail('listener'));
    },
  };

  /** Much text, in parts, which are not joined as text deltas are. */
  async *flood({ pieces, bytes }) {
    for (let i = 0; i < pieces; i++) {
      yield { type: 'part', part: { type: 'text', text: 'x'.repeat(bytes) } };
    }
  }

  /** So many events, which no message stores. */
  async *events(count) {
    for (let i = 0; i < count; i++) {
      yield { type: 'part', part: { type: 'data-tick', data: i, transient: true } };
    }
  }

  /** Text without end, without a pause. */
  async *babble(text) {
    for (;;) yield text;
  }
}

/** A message that goes on says so, or waits when a tool of the client had this output for the first time. */
function stepsOf({ userMessage, continued }) {
  const text = userMessage.parts[0].text;
  if (!continued) return text.startsWith('[') ? JSON.parse(text) : [['say', `You said: ${text}`]];
  const isFirst = continued.seq === userMessage.seq + 2;
  const waits = isFirst && continued.parts.some(({ output }) => output === 'wait');
  return waits ? [['say', 'So far'], ['untilAborted']] : [['say', 'You said: go on']];
}
