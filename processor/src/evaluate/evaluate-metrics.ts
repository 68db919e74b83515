import type { Meter } from "@opentelemetry/api";
import type { Evaluation } from "../model/evaluation.js";
import type { CircuitState } from "./models/circuit.js";
import type { CallResult } from "./models/model-failure.js";

export interface EvaluateMetrics {
  readonly written: (lines: readonly Evaluation[]) => void;
  /** Told of lines that are trials of judges. */
  readonly tried: (lines: readonly Evaluation[]) => void;
  readonly called: (model: string, result: CallResult, milliseconds: number) => void;
  readonly circuit: (model: string, state: CircuitState) => void;
  /** Shows the lag of each lane until the answer is called. */
  showLag(lanes: readonly { readonly name: string; lag(): number }[]): () => void;
}

const circuitStates: readonly CircuitState[] = ["closed", "open", "half_open"];

export function createEvaluateMetrics(meter: Meter): EvaluateMetrics {
  const evaluations = meter.createCounter("calibrant.evaluate.evaluations", {
    description: "Lines written to the ledger, by evaluator and outcome",
  });
  const cost = meter.createCounter("calibrant.evaluate.cost_usd", {
    description: "Known cost of verdicts, in US dollars",
  });
  const unknownCosts = meter.createCounter("calibrant.evaluate.unknown_costs", {
    description: "Verdicts whose cost is not known, by evaluator: in production and in trials",
  });
  const trials = meter.createCounter("calibrant.evaluate.canary_trials", {
    description: "Trials of judges with items whose verdict is known, by evaluator and outcome",
  });
  const calls = meter.createCounter("calibrant.evaluate.judge_calls", {
    description: "HTTP calls to judge models, by model and result",
  });
  const latency = meter.createHistogram("calibrant.evaluate.judge_latency", {
    description: "Time that calls to judge models took, by model and result",
    unit: "s",
    advice: { explicitBucketBoundaries: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120] },
  });
  const cached = meter.createCounter("calibrant.evaluate.cached_verdicts", {
    description:
      "Verdicts that needed no call because the same material had been judged, by evaluator",
  });
  const opened = meter.createCounter("calibrant.evaluate.judge_circuit_openings", {
    description: "How often calls to a model's provider were kept back because it failed, by model",
  });
  const circuit = meter.createObservableGauge("calibrant.evaluate.judge_circuit", {
    description: "1 for the state in which the way to a model is (closed: calls go through)",
  });
  const circuits = new Map<string, CircuitState>();
  circuit.addCallback((observer) => {
    for (const [model, now] of circuits) {
      for (const state of circuitStates) observer.observe(state === now ? 1 : 0, { model, state });
    }
  });
  const lag = meter.createObservableGauge("calibrant.evaluate.lag", {
    description: "Age of the oldest interaction that waits for an evaluator, by lane",
    unit: "s",
  });

  const took = ({ evaluator, kind, outcome, cost_usd }: Evaluation): void => {
    if (cost_usd !== null) {
      if (cost_usd > 0) cost.add(cost_usd, { evaluator });
    } else if (kind !== "code" && (outcome === "scored" || outcome === "failed")) {
      unknownCosts.add(1, { evaluator });
    }
  };

  return {
    written: (lines) => {
      for (const line of lines) {
        const { evaluator, outcome, stage } = line;
        if (stage === "cache") cached.add(1, { evaluator });
        evaluations.add(1, { evaluator, outcome });
        took(line);
      }
    },
    tried: (lines) => {
      for (const line of lines) {
        const { evaluator, outcome } = line;
        trials.add(1, { evaluator, outcome });
        took(line);
      }
    },
    called: (model, result, milliseconds) => {
      calls.add(1, { model, result });
      latency.record(milliseconds / 1_000, { model, result });
    },
    circuit: (model, state) => {
      circuits.set(model, state);
      if (state === "open") opened.add(1, { model });
    },
    showLag: (lanes) => {
      const observe: Parameters<typeof lag.addCallback>[0] = (observer) => {
        for (const lane of lanes) observer.observe(lane.lag() / 1_000, { lane: lane.name });
      };
      lag.addCallback(observe);
      return () => {
        lag.removeCallback(observe);
      };
    },
  };
}
