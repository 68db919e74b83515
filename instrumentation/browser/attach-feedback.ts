import { DwellTime } from "./dwell-time.js";
import { editDistance } from "./edit-distance.js";
import { send, sendAll, sendBeacons, sendSoon, type FeedbackTarget } from "./feedback-sender.js";
import { addThumbs, pressThumb, type ThumbsLabels } from "./thumbs.js";
import type { FeedbackEvent } from "./waiting-events.js";

export type ImplicitSignal = "copy" | "edit" | "dwell" | "abandon";

export interface AttachOptions extends FeedbackTarget {
  /** What is noticed without anybody saying it. Default: all. */
  readonly signals?: readonly ImplicitSignal[];
  /** Whether copied and edited text is sent, too. Default: no, only how much of it. */
  readonly content?: boolean;
  /** Adds two buttons at the end of the element. */
  readonly thumbs?: boolean | ThumbsLabels;
}

/** Tells the service about one message. Nothing of it throws. */
export interface FeedbackHandle {
  thumbs(value: 1 | -1, comment?: string): void;
  rating(value: number, max?: number, comment?: string): void;
  comment(text: string): void;
  choice(text: string): void;
  /** The answer as it should have been. */
  correction(text: string): void;
  copied(text: string): void;
  edited(before: string, after: string): void;
  /** The user has asked for another answer. */
  retried(): void;
  /** The user has gone on with another question. */
  followedUp(): void;
  /** Takes everything away from the element again. */
  detach(): void;
}

/** Milliseconds by which the time in sight must have grown to be told again. */
const leastDwell = 100;

/** What is told of pages going out of sight. */
const attached = new Set<(leaving: boolean) => void>();
/** The message that the user looks at; those before it were answered by what came after. */
let latest: object | undefined;
let listening = false;

/**
 * Joins a message on the page to its interaction. Within the element, clicks on anything with
 * `data-feedback="up"`, `"down"`, `"copy"` or `"retry"` count as well.
 */
export function attachFeedback(element: Element, options: AttachOptions): FeedbackHandle {
  const { signals = ["copy", "edit", "dwell", "abandon"], content = false } = options;
  const session = sessionId();
  const itself = {};
  let touched = false;

  const tell = (kind: string, fields: FeedbackEvent = {}, once = true): void => {
    if (kind !== "dwell") touched = true;
    const key = `${session}-${kind}${once ? "" : `-${randomId()}`}`;
    guarded(() => send(options, { kind, idempotency_key: key, ...fields }));
  };
  const handle: FeedbackHandle = {
    thumbs: (value, comment) => {
      guarded(() => pressThumb(element, value > 0 ? "up" : "down"));
      tell("thumbs", { value, comment });
    },
    rating: (value, max, comment) => tell("rating", { value, max, comment }),
    comment: (comment) => tell("comment", { comment }, false),
    choice: (value) => tell("choice", { value }, false),
    correction: (comment) => tell("correction", { comment }, false),
    copied: (text) => tell("copy", { value: text.length, comment: contentOf(text) }, false),
    edited: (before, after) =>
      tell("edit", { value: editDistance(before, after), comment: contentOf(after) }),
    retried: () => tell("retry"),
    followedUp: () => tell("follow_up"),
    detach: () => {
      for (const undo of undos) guarded(undo);
      hidden(false);
      attached.delete(hidden);
    },
  };
  const contentOf = (text: string): string | undefined => (content ? text : undefined);

  const undos: (() => void)[] = [];
  const on = (type: string, listener: (event: Event) => void): void => {
    const guardedListener = (event: Event): void => guarded(() => listener(event));
    element.addEventListener(type, guardedListener);
    undos.push(() => element.removeEventListener(type, guardedListener));
  };
  let dwell: DwellTime | undefined;
  let told = 0;
  const hidden = (leaving: boolean): void => {
    const time = dwell?.update() ?? 0;
    if (time - told >= leastDwell) tell("dwell", { value: (told = time) });
    if (leaving && !touched && latest === itself && signals.includes("abandon")) tell("abandon");
  };

  guarded(() => {
    latest = itself;
    for (const type of ["pointerdown", "keydown"]) on(type, () => (touched = true));
    on("click", ({ target }) => act(handle, element, target));
    if (signals.includes("copy")) on("copy", () => handle.copied(String(getSelection())));
    if (signals.includes("edit")) watchEdits(on, handle);
    if (signals.includes("dwell")) dwell = new DwellTime(element);
    if (options.thumbs) {
      const group = addThumbs(element, options.thumbs === true ? undefined : options.thumbs);
      undos.push(() => group.remove());
    }
    undos.push(() => dwell?.stop());
    attached.add(hidden);
    listen();
    // What an earlier page has left behind.
    sendSoon();
  });
  return handle;
}

function act(handle: FeedbackHandle, element: Element, target: EventTarget | null): void {
  const button = (target as Element | null)?.closest<HTMLElement>("[data-feedback]");
  const action = button?.dataset["feedback"];
  if (action === "up" || action === "down") handle.thumbs(action === "up" ? 1 : -1);
  if (action === "retry") handle.retried();
  if (action === "copy") handle.copied(element.textContent ?? "");
}

/** The text that a user starts from is the one that counts, however often he comes back to it. */
function watchEdits(
  on: (type: string, listener: (event: Event) => void) => void,
  handle: FeedbackHandle,
): void {
  const originals = new WeakMap<EventTarget, string>();
  const last = new WeakMap<EventTarget, string>();
  on("focusin", ({ target }) => {
    const text = textOf(target);
    if (target === null || text === undefined || originals.has(target)) return;
    originals.set(target, text);
    last.set(target, text);
  });
  on("focusout", ({ target }) => {
    const text = textOf(target);
    if (target === null || text === undefined || last.get(target) === text) return;
    last.set(target, text);
    handle.edited(originals.get(target) ?? "", text);
  });
}

function textOf(target: EventTarget | null): string | undefined {
  if (target instanceof HTMLTextAreaElement) return target.value;
  return target instanceof HTMLElement && target.isContentEditable ? target.innerText : undefined;
}

function listen(): void {
  if (listening) return;
  listening = true;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hide(false);
    else for (const hidden of attached) hidden(false);
  });
  addEventListener("pagehide", () => hide(true));
  addEventListener("online", () => void sendAll());
}

function hide(leaving: boolean): void {
  for (const hidden of attached) hidden(leaving);
  guarded(sendBeacons);
}

/** Of this tab: a vote after a reload replaces the one before it. */
function sessionId(): string {
  const place = "calibrant.session";
  try {
    const known = sessionStorage.getItem(place) ?? randomId();
    sessionStorage.setItem(place, known);
    return known;
  } catch {
    return randomId();
  }
}

function randomId(): string {
  return Math.random().toString(36).slice(2) + Date.now().toString(36);
}

/** Feedback must never be the reason why a page fails. */
function guarded(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing to be done about it here.
  }
}
