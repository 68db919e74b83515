import type { LedgerEntry } from "../../model/ports.js";
import type { EndpointConfig, Signal } from "../forward-config.js";
import { attributeFields } from "./attributes.js";
import { logRecord } from "./log-record.js";
import { messageField, textField } from "./protobuf.js";
import { resourceAttributes } from "./verdict-attributes.js";
import { verdictSpan } from "./verdict-span.js";

const scopeName = "calibrant.evaluation";

/** An evaluation as an item of its signal, encoded; undefined where it cannot be one. */
export type EncodeItem = (entry: LedgerEntry) => readonly Uint8Array[] | undefined;

export function itemEncoder(signal: Signal, config: EndpointConfig): EncodeItem {
  const encode = signal === "logs" ? logRecord : verdictSpan;
  return (entry) => encode(entry, config.explanations);
}

/** An evaluation that is ready to be sent. */
export interface Item {
  readonly entry: LedgerEntry;
  /** The fields of its log record or span. */
  readonly fields: readonly Uint8Array[];
}

/**
 * An ExportLogsServiceRequest or ExportTraceServiceRequest of OTLP; their outer messages have the
 * same field numbers.
 * @param version of Calibrant, which is the scope's
 */
export function exportRequest(items: readonly Item[], version: string): Uint8Array {
  const scope = messageField(1, [textField(1, scopeName), textField(2, version)]);
  const resources = [...byResource(items).values()].map((group) => {
    const [first] = group;
    const attributes = first === undefined ? {} : resourceAttributes(first.entry);
    return messageField(1, [
      messageField(1, attributeFields(1, attributes)),
      messageField(2, [scope, ...group.map(({ fields }) => messageField(2, fields))]),
    ]);
  });
  return Buffer.concat(resources);
}

function byResource(items: readonly Item[]): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = JSON.stringify(resourceAttributes(item.entry));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
