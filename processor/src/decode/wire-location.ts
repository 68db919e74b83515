import { snakeCase, type Message } from "./otlp-schema.js";
import { WireFault, WireReader, wireTypes } from "./wire-reader.js";

const deepest = 200;

/**
 * The path of the innermost known field around an offset of a body, such as
 * `resource_spans[0].scope_spans[1].spans[3].attributes[2].value`. Walks the bytes again, so that
 * reading a sound request costs nothing for it.
 */
export function locate(root: Message, body: Uint8Array, offset: number): string {
  const reader = new WireReader();
  reader.open(body);
  const path: string[] = [];
  let message = root;
  let end = body.length;
  for (let depth = 0; depth < deepest; depth++) {
    const found = fieldAt(reader, message, end, offset);
    if (found === undefined) break;
    path.push(found.name);
    if (found.message === undefined) break;
    message = found.message;
    reader.at = found.start;
    end = found.end;
  }
  return path.join(".");
}

interface Found {
  readonly name: string;
  readonly message: Message | undefined;
  readonly start: number;
  readonly end: number;
}

function fieldAt(
  reader: WireReader,
  message: Message,
  end: number,
  offset: number,
): Found | undefined {
  const counts = new Map<number, number>();
  while (reader.at < end && reader.at <= offset) {
    let name: string | undefined;
    try {
      const tag = reader.tag(end);
      const field = message.byNumber.get(tag >>> 3);
      const isMessage = (tag & 7) === wireTypes.bytes;
      if (field !== undefined && (isMessage || field.kind !== "message")) {
        const index = counts.get(field.number) ?? 0;
        counts.set(field.number, index + 1);
        name = field.repeated ? `${snakeCase(field.name)}[${index}]` : snakeCase(field.name);
      }
      reader.skip(tag, end);
      if (reader.at <= offset || name === undefined) continue;
      return {
        name,
        message: field?.kind === "message" ? field.message() : undefined,
        start: reader.start,
        end: reader.stop,
      };
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      return name === undefined ? undefined : { name, message: undefined, start: 0, end: 0 };
    }
  }
  return undefined;
}
