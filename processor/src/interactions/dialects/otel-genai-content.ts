import type { RawEvent, RawLog, RawSpan } from "../../model/telemetry.js";
import { genAi, genAiEvents } from "../attribute-names.js";
import type { Message, SpanReading } from "../reading.js";
import { countOf, field, isRecord, parseJson, textField, textOf } from "./attribute-values.js";
import { partsOf, textOfParts, toolCallOf } from "./message-parts.js";
import { messagesOf, readMessages, type ReadMessages } from "./messages.js";

type Content = Pick<SpanReading, "input" | "output" | "systemInstructions" | "notes">;

const nothing: Content = { input: [], output: [], systemInstructions: "", notes: [] };

/**
 * The messages of a span, wherever the library put them: the span's attributes, its log records
 * or its events, in this order of preference for each direction.
 */
export function contentOf(span: RawSpan, logs: readonly RawLog[]): Content {
  const details = span.events.filter(({ name }) => name === genAiEvents.details);
  const places = [span, ...logs, ...details].map(({ attributes }) => inAttributes(attributes));
  const events = eventsOf(span, logs);
  const candidates = [...places, inEvents(events), inOldestEvents(events)];
  const notes = candidates.flatMap((content) => content.notes);
  return {
    input: candidates.find((content) => content.input.length > 0)?.input ?? [],
    output: candidates.find((content) => content.output.length > 0)?.output ?? [],
    systemInstructions:
      candidates.find((content) => content.systemInstructions !== "")?.systemInstructions ?? "",
    notes,
  };
}

function inAttributes(attributes: ReadonlyMap<string, string>): Content {
  const named = readMessages(textOf(attributes, genAi.inputMessages), "user");
  const input = named.messages.length > 0 ? named : inRequest(attributes);
  const answer = readMessages(textOf(attributes, genAi.outputMessages), "assistant");
  const output = answer.messages.length > 0 ? answer : inResponse(attributes);
  const system = readMessages(textOf(attributes, genAi.systemInstructions), "system");
  return {
    input: input.messages,
    output: output.messages,
    systemInstructions: system.messages.map((message) => textOfParts(message.parts)).join("\n"),
    notes: [...input.notes, ...output.notes, ...system.notes],
  };
}

/** Names that are nobody's convention hold anything: what is no message there is no fault. */
function inRequest(attributes: ReadonlyMap<string, string>): ReadMessages {
  const { messages } = readMessages(textOf(attributes, genAi.requestMessages), "user");
  return { messages, notes: [] };
}

function inResponse(attributes: ReadonlyMap<string, string>): ReadMessages {
  const answer = textOf(attributes, [...genAi.responseText, ...genAi.responseMessages]);
  const text = readMessages(answer, "assistant");
  const calls = parseJson(textOf(attributes, genAi.responseToolCalls));
  const parts = Array.isArray(calls) ? calls.map((call: unknown) => toolCallOf(call)) : [];
  const called = parts.length === 0 ? [] : [{ role: "assistant", parts }];
  return { messages: [...text.messages, ...called], notes: [] };
}

/** A log record and a span event say the same things in the same words. */
interface ContentEvent {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The parsed body, or the parsed attribute that older libraries put it in. */
  readonly body: unknown;
}

function eventsOf(span: RawSpan, logs: readonly RawLog[]): ContentEvent[] {
  const ofLogs = logs.map((log) => ({
    name: log.eventName,
    attributes: log.attributes,
    body: parseJson(log.body) ?? log.body,
  }));
  return ofLogs.some((event) => messageEvents.has(event.name))
    ? ofLogs
    : [...ofLogs, ...span.events.map(ofSpanEvent)];
}

function ofSpanEvent(event: RawEvent): ContentEvent {
  const whole = textOf(event.attributes, genAiEvents.content);
  const body = whole === "" ? undefined : (parseJson(whole) ?? whole);
  return { name: event.name, attributes: event.attributes, body: body ?? fromFields(event) };
}

/** A span event has no body: its attributes are the fields of one, structured ones as JSON text. */
function fromFields(event: RawEvent): Record<string, unknown> {
  return Object.fromEntries(
    [...event.attributes]
      .filter(([name]) => bodyFields.has(name))
      .map(([name, value]) => [
        name,
        name === "content" ? contentOfEvent(value) : (parseJson(value) ?? value),
      ]),
  );
}

/** Text, or JSON text of a list of parts; any other JSON is what somebody said. */
function contentOfEvent(text: string): unknown {
  const value = parseJson(text);
  const isParts =
    Array.isArray(value) &&
    value.length > 0 &&
    partsOf(value).every(({ kind }) => kind !== "other");
  return isParts && partsOf(value).length === value.length ? value : text;
}

const bodyFields = new Set(["role", "content", "tool_calls", "id", "message", "name", "index"]);

const messageEvents = new Map<string, string>([
  [genAiEvents.system, "system"],
  [genAiEvents.user, "user"],
  [genAiEvents.assistant, "assistant"],
  [genAiEvents.tool, "tool"],
  [genAiEvents.choice, "assistant"],
]);

function inEvents(events: readonly ContentEvent[]): Content {
  const input: Message[] = [];
  const output: Message[] = [];
  for (const event of events) {
    const role = messageEvents.get(event.name);
    if (role === undefined) continue;
    if (event.name === genAiEvents.choice) {
      if (isFirstChoice(event)) output.push(...messagesOf(answerOf(event.body), role));
    } else {
      input.push(...messagesOf(event.body, role));
    }
  }
  return { ...nothing, input, output };
}

/** Several answers to one question (`n` above 1) are not one answer: the first one is kept. */
function isFirstChoice(event: ContentEvent): boolean {
  const index = textField(event.body, "index") || String(countOf(event.attributes, ["index"]) ?? 0);
  return index === "0";
}

function answerOf(body: unknown): unknown {
  const message = field(body, "message");
  return isRecord(message) || typeof message === "string" ? message : body;
}

function inOldestEvents(events: readonly ContentEvent[]): Content {
  const read = (name: string, names: readonly string[], role: string): Message[] =>
    events
      .filter((event) => event.name === name)
      .flatMap((event) => readMessages(textOf(event.attributes, names), role).messages);
  return {
    ...nothing,
    input: read(genAiEvents.prompt, genAiEvents.promptContent, "user"),
    output: read(genAiEvents.completion, genAiEvents.completionContent, "assistant"),
  };
}
