import type { StageCertificate } from "../../model/ports.js";
import type { Evaluator } from "../evaluator.js";
import { cascade, type CascadeStage } from "./cascade.js";
import type { CascadeConfig, Certificate } from "./cascade-config.js";
import { loadCertificate } from "./certificates.js";

export interface CertifiedCascadeOptions {
  readonly name: string;
  readonly config: CascadeConfig;
  /** The judge that asks the model of this name; undefined when there is no such model. */
  readonly judgeBy: (model: string) => Evaluator | undefined;
  readonly onWarning: ((message: string) => void) | undefined;
}

/**
 * The cascade that a certificate is for. A stage that has changed since it was certified is not trusted:
 * it passes everything on, until it is certified again.
 * @returns undefined when one of its models is not configured
 */
export function certifiedCascade(options: CertifiedCascadeOptions): Evaluator | undefined {
  const { name, config, judgeBy, onWarning } = options;
  const certificate = loadCertificate(config.certificate, "", []);
  const stages = config.models.flatMap((model): CascadeStage[] => {
    const evaluator = judgeBy(model);
    if (evaluator === undefined) return [];
    const certified = certificate?.stages.find(
      (stage) => stage.model === model && stage.version === evaluator.version,
    );
    if (certified === undefined) {
      onWarning?.(
        `${name}: ${model} has changed since it was certified, and its verdicts do not stand; run "calibrant judge certify"`,
      );
    }
    return [{ evaluator, model, threshold: certified?.threshold ?? undefined }];
  });
  if (stages.length < config.models.length) return undefined;
  const evaluator = cascade({ name, stages, experts: config.experts });
  if (certificate === undefined) return evaluator;
  const { alpha, delta, labels, created_at } = certificate;
  const certified = {
    evaluator: name,
    evaluator_version: evaluator.version,
    certified_at: Date.parse(created_at),
    alpha,
    delta,
    labels,
    stages: stages.map((stage) => stageOf(stage, certificate)),
  };
  return { ...evaluator, certified };
}

/** What holds of a stage: nothing where its version is not the one that was certified. */
function stageOf({ model, evaluator }: CascadeStage, { stages }: Certificate): StageCertificate {
  const named = stages.find((stage) => stage.model === model);
  const changed = named?.version !== evaluator.version;
  const { threshold = null, reached = 0, stood = 0, wrong = 0, cost_usd = null } = named ?? {};
  return { model, threshold, reached, stood, wrong, cost_usd, changed };
}
