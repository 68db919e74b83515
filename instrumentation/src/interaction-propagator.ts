import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from "@opentelemetry/api";
import { mayCarryBaggage, sendsUserId, type BaggagePolicy } from "./baggage-policy.js";
import { withoutBaggage, withoutUserId } from "./interaction-baggage.js";

/**
 * A propagator that keeps the baggage of interactions from hosts that shall not have it, model
 * providers before all, and leaves the rest to the propagator that it is given.
 */
export class InteractionPropagator implements TextMapPropagator {
  readonly #inner: TextMapPropagator;
  readonly #policy: BaggagePolicy;

  constructor(inner: TextMapPropagator, policy: BaggagePolicy = {}) {
    this.#inner = inner;
    this.#policy = policy;
  }

  inject(source: Context, carrier: unknown, setter: TextMapSetter): void {
    this.#inner.inject(this.#carried(source), carrier, setter);
  }

  extract(target: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.#inner.extract(target, carrier, getter);
  }

  fields(): string[] {
    return this.#inner.fields();
  }

  #carried(source: Context): Context {
    if (!mayCarryBaggage(source, this.#policy)) return withoutBaggage(source);
    return sendsUserId(this.#policy) ? source : withoutUserId(source);
  }
}
