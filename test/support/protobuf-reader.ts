/** The fields of one protobuf message by their numbers: numbers and bytes as they are on the wire, in order. */
export type ProtobufFields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** Reads a protobuf message without its schema. */
export function readProtobuf(bytes: Buffer): ProtobufFields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes.readUInt8(at++));
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  const skip = (length: number): number => (at += length) - length;
  const readValue = (type: number): bigint | Buffer => {
    switch (type) {
      case VARINT:
        return readVarint();
      case FIXED_64:
        return bytes.readBigUInt64LE(skip(8));
      case FIXED_32:
        return BigInt(bytes.readUInt32LE(skip(4)));
      case BYTES: {
        const length = Number(readVarint());
        return bytes.subarray(skip(length), at);
      }
      default:
        throw new Error(`There is no wire type ${type}.`);
    }
  };
  while (at < bytes.length) {
    const tag = Number(readVarint());
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), readValue(tag & 7)]);
  }
  return fields;
}

export function messagesIn(fields: ProtobufFields, number: number): ProtobufFields[] {
  return (fields.get(number) ?? []).map((value) => readProtobuf(value as Buffer));
}

export function textIn(fields: ProtobufFields, number: number): string {
  return ((fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer).toString('utf8');
}

export function hexIn(fields: ProtobufFields, number: number): string {
  return ((fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer).toString('hex');
}

export function numberIn(fields: ProtobufFields, number: number): number {
  return Number(fields.get(number)?.[0] ?? 0n);
}
