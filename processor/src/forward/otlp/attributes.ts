import { doubleField, messageField, textField, varintField } from "./protobuf.js";

/**
 * The value of an attribute. Numbers say what they are: a score of 1 is a double, as the
 * conventions want it. The SDK's serializers would make it an integer.
 */
export type AttributeValue =
  | string
  | boolean
  | { readonly double: number }
  | { readonly integer: number };

/** Undefined ones are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Fields of the type KeyValue, one for each attribute. */
export function attributeFields(field: number, attributes: Attributes): Uint8Array[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [messageField(field, [textField(1, key), messageField(2, [anyValue(value)])])],
  );
}

function anyValue(value: AttributeValue): Uint8Array {
  if (typeof value === "string") return textField(1, value);
  if (typeof value === "boolean") return varintField(2, value);
  return "double" in value ? doubleField(4, value.double) : varintField(3, value.integer);
}
