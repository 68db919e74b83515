import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { ModelConfig } from "./model-config.js";

/** Whether calls go through: `half_open` is the one try that follows a pause. */
export type CircuitState = "closed" | "open" | "half_open";

/**
 * What a call says about its provider: it answers, whatever it says; it fails, which may pass; it
 * refuses, be it this text or all; or it does not take the key or the account. `unknown` when the
 * call was cancelled.
 */
export type Sign = "answers" | "fails" | "refuses" | "locked_out" | "unknown";

export interface CallEnd {
  readonly sign: Sign;
  /** What went wrong; undefined when nothing did. */
  readonly error?: CalibrantError | undefined;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter?: number | undefined;
  /** What was asked about, where it was refused: the same again says nothing new. */
  readonly material?: string | undefined;
}

/** Leave for one call. */
export interface Pass {
  /** To be called once, when the call has ended. */
  end(result: CallEnd): void;
}

/** One evaluation's way to the provider; it may make several calls. */
export interface Visit {
  /**
   * Waits until the circuit lets a call through.
   * @throws CalibrantError JUDGE_UNAVAILABLE when the visit has waited for too long, or the signal's
   * reason when it aborts
   */
  enter(signal: AbortSignal): Promise<Pass>;
}

/** Keeps calls back from a provider that does not answer, so that they wait instead of failing. */
export interface Circuit {
  readonly state: () => CircuitState;
  readonly visit: () => Visit;
}

export interface CircuitOptions {
  readonly settings: ModelConfig["circuit"];
  readonly clock: Clock;
  /** Told of every change; `reason` is the failure that opened the circuit. */
  readonly onChange: (state: CircuitState, reason?: CalibrantError) => void;
}

export function createCircuit({ settings, clock, onChange }: CircuitOptions): Circuit {
  let state: CircuitState = "closed";
  let failures = 0;
  /** Materials that were refused in a row: one text may be at fault, not so many. */
  const refused = new Set<string>();
  let openUntil = 0;
  let reason: CalibrantError | undefined;
  /** Calls that were let through before the circuit last opened have no say in it any more. */
  let openings = 0;
  const waiting = new Set<() => void>();

  const change = (next: CircuitState): void => {
    state = next;
    onChange(next, next === "open" ? reason : undefined);
    for (const wake of waiting) wake();
  };

  const open = (coolDown: number, { error, retryAfter = 0 }: CallEnd): void => {
    // A server that asks for more than evaluations wait is asked again while they do.
    const pause = Math.max(coolDown, Math.min(retryAfter, settings.longest_wait / 2));
    reason = error;
    openUntil = clock.now() + pause;
    openings++;
    change("open");
  };

  const pass = (trial: boolean): Pass => {
    const issued = openings;
    return {
      end: (result) => {
        if (issued !== openings) return;
        if (result.sign === "refuses" && refused.size < settings.failures) {
          refused.add(result.material ?? "");
        }
        const allRefused = result.sign === "refuses" && refused.size >= settings.failures;
        if (result.sign === "locked_out" || allRefused) open(settings.refused_cool_down, result);
        else if (result.sign === "fails") {
          failures++;
          if (trial || failures >= settings.failures) open(settings.cool_down, result);
        } else if (result.sign === "answers" || result.sign === "refuses") {
          failures = 0;
          if (result.sign === "answers") refused.clear();
          if (trial) change("closed");
        } else if (trial) {
          openUntil = clock.now();
          change("open");
        }
      },
    };
  };

  const changed = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    await clock.sleep(milliseconds, woken.signal);
    signal.removeEventListener("abort", wake);
    waiting.delete(wake);
  };

  const visit = (): Visit => {
    let deadline: number | undefined;
    return {
      enter: async (signal) => {
        for (;;) {
          signal.throwIfAborted();
          if (state === "closed") return pass(false);
          const now = clock.now();
          if (state === "open" && now >= openUntil) {
            change("half_open");
            return pass(true);
          }
          deadline ??= now + settings.longest_wait;
          if (now >= deadline) throw waitedTooLong(settings.longest_wait, reason);
          const next = state === "open" ? Math.min(openUntil, deadline) : deadline;
          await changed(next - now, signal);
        }
      },
    };
  };

  return { state: () => state, visit };
}

function waitedTooLong(waited: number, reason: CalibrantError | undefined): CalibrantError {
  const message = `waited ${Math.round(waited / 1_000)} s for the model server to recover: ${reason?.message ?? ""}`;
  return new CalibrantError("JUDGE_UNAVAILABLE", message, { cause: reason });
}
