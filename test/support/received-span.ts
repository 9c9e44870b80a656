import {
  hexIn,
  messagesIn,
  numberIn,
  readProtobuf,
  textIn,
  type ProtobufFields,
} from './protobuf-reader.js';

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as a receiver of OTLP gets it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Attributes;
  readonly links: readonly string[];
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly ms: number;
  readonly resource: Attributes;
}

/** The spans of an `ExportTraceServiceRequest`; opentelemetry-proto has the numbers of the fields. */
export function readSpans(body: Buffer): ReceivedSpan[] {
  return messagesIn(readProtobuf(body), 1).flatMap((resourceSpans) => {
    const resource = attributesIn(messagesIn(resourceSpans, 1)[0] as ProtobufFields, 1);
    return messagesIn(resourceSpans, 2)
      .flatMap((scopeSpans) => messagesIn(scopeSpans, 2))
      .map((span) => toSpan(span, resource));
  });
}

function toSpan(span: ProtobufFields, resource: Attributes): ReceivedSpan {
  const [status] = messagesIn(span, 15);
  return {
    traceId: hexIn(span, 1),
    spanId: hexIn(span, 2),
    traceState: textIn(span, 3),
    parentId: hexIn(span, 4),
    name: textIn(span, 5),
    kind: numberIn(span, 6),
    ms: (numberIn(span, 8) - numberIn(span, 7)) / 1_000_000,
    attributes: attributesIn(span, 9),
    links: messagesIn(span, 13).map((link) => hexIn(link, 2)),
    status: status ? numberIn(status, 3) : 0,
    resource,
  };
}

function attributesIn(fields: ProtobufFields, number: number): Attributes {
  const pairs = messagesIn(fields, number).map((pair) => {
    const [value] = messagesIn(pair, 2);
    return [textIn(pair, 1), valueOf(value as ProtobufFields)] as const;
  });
  return Object.fromEntries(pairs);
}

function valueOf(value: ProtobufFields): string | number | boolean {
  if (value.has(1)) return textIn(value, 1);
  if (value.has(2)) return numberIn(value, 2) === 1;
  return numberIn(value, 3);
}
