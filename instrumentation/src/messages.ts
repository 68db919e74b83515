/** One piece of a message in the conventions' form; `type` is open. */
export interface MessagePart {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Message {
  readonly role: string;
  readonly parts: readonly MessagePart[];
  readonly name?: string;
  readonly finish_reason?: string;
}

export function textPart(content: string): MessagePart {
  return { type: "text", content };
}

/**
 * An image, sound or file. Bytes inside a `data:` address are left out on purpose: only the media
 * type is kept, so that a span never carries a picture.
 */
export function mediaPart(modality: string, address: string): MessagePart {
  const inline = /^data:([^;,]*)/.exec(address);
  if (inline === null) return { type: "uri", modality, uri: address };
  return { type: "blob", modality, mime_type: inline[1] ?? "" };
}

export function toolCallPart(
  id: string | undefined,
  name: string | undefined,
  args: unknown,
): MessagePart {
  return { type: "tool_call", id, name, arguments: args };
}

export function toolResponsePart(id: string | undefined, response: unknown): MessagePart {
  return { type: "tool_call_response", id, response };
}
