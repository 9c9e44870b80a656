import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** The answer to a request of Node's own client. */
export async function answerTo(outgoing: ClientRequest): Promise<{ status: number; text: string }> {
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return { status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}
