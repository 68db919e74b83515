import type { Clock } from "../../kernel/clock.js";
import type { CalibrantError } from "../../kernel/errors.js";
import type { CircuitState } from "./circuit.js";
import { createJudgeModel, type JudgeModel, type JudgeModelOptions } from "./model-client.js";
import type { ModelConfig } from "./model-config.js";
import type { ModelPrice } from "./model-usage.js";
import { createProvider, providerKey, type Provider } from "./provider.js";

export interface JudgeModelsOptions {
  readonly models: Readonly<Record<string, ModelConfig>>;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say. */
  readonly priceOf?: ((model: string) => ModelPrice | undefined) | undefined;
  readonly random?: (() => number) | undefined;
  /** Told of each model whose price nobody knows. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly onCall: JudgeModelOptions["onCall"];
  /** Told of the state of each model's circuit at the start and whenever it changes. */
  readonly onCircuit?:
    | ((model: string, state: CircuitState, reason?: CalibrantError) => void)
    | undefined;
}

/** The judge models by name; those of one address and key share what it takes. */
export function createJudgeModels(options: JudgeModelsOptions): ReadonlyMap<string, JudgeModel> {
  const { models, clock, priceOf, onWarning, onCall, random = Math.random } = options;
  const providers = createProviders(options);
  const created = new Map<string, JudgeModel>();
  for (const [name, config] of Object.entries(models)) {
    const price = config.price ?? priceOf?.(config.model);
    if (price === undefined) {
      onWarning?.(
        `nobody knows what ${config.model} costs: its verdicts count as 0 dollars, and no budget holds them; set processors.evaluate.models.${name}.price`,
      );
    }
    const provider = providers.get(providerKey(config)) as Provider;
    const judgeModel = createJudgeModel({ name, config, price, provider, clock, random, onCall });
    created.set(name, judgeModel);
  }
  return created;
}

function createProviders(options: JudgeModelsOptions): ReadonlyMap<string, Provider> {
  const { models, clock, onCircuit } = options;
  const members = new Map<string, { names: string[]; configs: [ModelConfig, ...ModelConfig[]] }>();
  for (const [name, config] of Object.entries(models)) {
    onCircuit?.(name, "closed");
    const known = members.get(providerKey(config));
    known?.names.push(name);
    known?.configs.push(config);
    if (known === undefined) members.set(providerKey(config), { names: [name], configs: [config] });
  }
  const providers = new Map<string, Provider>();
  for (const [key, { names, configs }] of members) {
    const provider = createProvider(configs, clock, (state, reason) => {
      for (const name of names) onCircuit?.(name, state, reason);
    });
    providers.set(key, provider);
  }
  return providers;
}
