import protobuf from "protobufjs";

/** Messages that a sender may write in parts, which a parser puts together. */
const splittable: ReadonlySet<string> = new Set(["Resource", "InstrumentationScope", "Status"]);
const wireTypes = [0, 1, 2, 3, 5] as const;

/**
 * The same request as an encoder would never write it: fields that are known by their number come
 * with another wire type as well, and messages that stand once come in two parts.
 * @param draw gives numbers from 0 to below its argument
 */
export function unusualWire(
  type: protobuf.Type,
  body: Uint8Array,
  draw: (below: number) => number,
): Uint8Array {
  return Buffer.concat(unusualFields(type, body, draw));
}

/** Each field of the message as its bytes. */
function unusualFields(
  type: protobuf.Type,
  body: Uint8Array,
  draw: (below: number) => number,
): Uint8Array[] {
  const fields: Uint8Array[] = [];
  const reader = protobuf.Reader.create(body);
  while (reader.pos < reader.len) {
    if (draw(3) === 0) fields.push(mistyped(type, draw));
    const start = reader.pos;
    const tag = reader.uint32();
    const message = type.fieldsById[tag >>> 3]?.resolve().resolvedType;
    if (message instanceof protobuf.Type) {
      const parts = unusualFields(message, reader.bytes(), draw);
      const cut = splittable.has(message.name) ? draw(parts.length + 1) : 0;
      if (cut > 0) fields.push(bytesField(tag, Buffer.concat(parts.slice(0, cut))));
      fields.push(bytesField(tag, Buffer.concat(parts.slice(cut))));
    } else {
      reader.skipType(tag & 7);
      fields.push(body.subarray(start, reader.pos));
    }
  }
  fields.push(mistyped(type, draw));
  return fields;
}

function bytesField(tag: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create().uint32(tag).bytes(content).finish();
}

function mistyped({ fieldsArray }: protobuf.Type, draw: (below: number) => number): Uint8Array {
  const field = fieldsArray[draw(fieldsArray.length)] as protobuf.Field;
  const right = protobuf.types.basic[field.type as keyof typeof protobuf.types.basic] ?? 2;
  const wrong = wireTypes.filter((wireType) => wireType !== right);
  const wireType = wrong[draw(wrong.length)] ?? 0;
  const writer = protobuf.Writer.create().uint32((field.id << 3) | wireType);
  if (wireType === 0) return writer.uint32(300).finish();
  if (wireType === 1) return writer.fixed64(1).finish();
  if (wireType === 2) return writer.bytes(Buffer.from([10, 1, 65])).finish();
  if (wireType === 5) return writer.fixed32(1).finish();
  const groupEnd = (field.id << 3) | 4;
  return writer.uint32(8).uint32(1).uint32(groupEnd).finish();
}
