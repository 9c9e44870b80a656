import * as v6 from 'ai-v6';
import * as v7 from 'ai-v7';

/** A chunk as it is sent. */
export interface SentChunk {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What a version of the AI SDK does in a client, and with messages that a client has stored. */
export interface AiSdk {
  readonly name: string;
  /**
   * The message that a client assembles from the chunks of a stream, or from those that follow an
   * initial message. It is plain JSON.
   * @throws when the client refuses a chunk
   */
  assemble(chunks: readonly SentChunk[], initial?: unknown): Promise<unknown>;
  /** What `safeValidateUIMessages` has against a message; undefined when it accepts it. */
  invalidity(message: unknown): Promise<unknown>;
}

/** The reader shows a message when a chunk changes what is seen of it: this one makes it show all. */
const SHOW = { type: 'message-metadata', messageMetadata: {} };

const AI_6: AiSdk = {
  name: 'ai 6',
  async assemble(chunks, initial) {
    const { validate } = v6.uiMessageChunkSchema();
    for (const chunk of chunks) await expectValid(validate, chunk);
    const stream = ReadableStream.from([...chunks, SHOW] as v6.UIMessageChunk[]);
    const message = structuredClone(initial) as v6.UIMessage;
    const options = { stream, message, terminateOnError: true };
    return lastOf(v6.readUIMessageStream(options), initial);
  },
  async invalidity(message) {
    const result = await v6.safeValidateUIMessages({ messages: [message] });
    return result.success ? undefined : result.error;
  },
};

const AI_7: AiSdk = {
  name: 'ai 7',
  async assemble(chunks, initial) {
    const { validate } = v7.uiMessageChunkSchema();
    for (const chunk of chunks) await expectValid(validate, chunk);
    const stream = ReadableStream.from([...chunks, SHOW] as v7.UIMessageChunk[]);
    const message = structuredClone(initial) as v7.UIMessage;
    const options = { stream, message, terminateOnError: true };
    return lastOf(v7.readUIMessageStream(options), initial);
  },
  async invalidity(message) {
    const result = await v7.safeValidateUIMessages({ messages: [message] });
    return result.success ? undefined : result.error;
  },
};

export const AI_SDKS: readonly AiSdk[] = [AI_6, AI_7];

type Validate = ((chunk: unknown) => unknown) | undefined;

async function expectValid(validate: Validate, chunk: SentChunk): Promise<void> {
  const result = (await validate?.(chunk)) as { readonly success: boolean };
  if (!result.success) throw new Error(`Clients refuse ${JSON.stringify(chunk)}.`);
}

async function lastOf(messages: AsyncIterable<unknown>, initial: unknown): Promise<unknown> {
  let last = initial;
  for await (const message of messages) last = message;
  return JSON.parse(JSON.stringify(last));
}
