/** An event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The number of the event; undefined for an event about the stream itself. */
  readonly id: string | undefined;
  readonly data: string;
}

/**
 * The events of a stream, whichever way its text is cut into pieces, without the comments, which only show that the
 * connection lives. Ends where the text ends, also within an event, which is then left out.
 */
export class ServerSentEventParser {
  private readonly decoder = new TextDecoder();
  private rest = '';
  private id: string | undefined;
  private data: string[] = [];

  /** The events that a piece of the text completes. */
  *parse(piece: Uint8Array): Generator<ServerSentEvent> {
    const text = this.decoder.decode(piece, { stream: true });
    const [head = '', ...lines] = text.split('\n');
    let line = this.rest + head;
    for (const next of lines) {
      const event = this.readLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (event) yield event;
      line = next;
    }
    this.rest = line;
  }

  /** The event that the line ends, if it is an empty line. */
  private readLine(line: string): ServerSentEvent | undefined {
    if (line === '') return this.takeEvent();
    const colon = line.indexOf(':');
    const [field, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
    const content = value.startsWith(' ') ? value.slice(1) : value;
    if (field === 'data') this.data.push(content);
    if (field === 'id') this.id = content;
    return undefined;
  }

  private takeEvent(): ServerSentEvent | undefined {
    const { id, data } = this;
    this.id = undefined;
    this.data = [];
    return data.length === 0 ? undefined : { id, data: data.join('\n') };
  }
}
