import { partsOf, textOfParts } from "./message-parts.js";
import { asText, field, isRecord, parseJson, textField } from "./attribute-values.js";

/** Documents are JSON in many shapes; each is kept as its text where it has one. */
export function documentsOf(text: string): string[] {
  if (text === "") return [];
  const value = parseJson(text);
  const list = listIn(value);
  if (list === undefined) return [text];
  return list.map(documentText).filter((document) => document !== "");
}

const listFields = ["documents", "results", "matches", "chunks", "nodes", "output", "outputs"];
const textFields = ["content", "text", "page_content", "pageContent", "document"];

function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return listFields
    .map((name) => field(value, name))
    .find((list): list is unknown[] => Array.isArray(list));
}

function documentText(item: unknown): string {
  if (!isRecord(item)) return asText(item);
  const inner = [item, field(item, "kwargs"), field(item, "node"), field(item, "metadata")];
  return (
    inner
      .map(
        (place) => textField(place, ...textFields) || textOfParts(partsOf(field(place, "content"))),
      )
      .find((text) => text !== "") ?? asText(item)
  );
}
