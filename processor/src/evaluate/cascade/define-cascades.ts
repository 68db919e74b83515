import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { startWorker, type Worker } from "../../kernel/worker.js";
import type { CascadeCertificates, CascadeCertificate } from "../../model/ports.js";

export interface DefineCascadesOptions {
  readonly cascades: readonly CascadeCertificate[];
  readonly certificates: CascadeCertificates;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands what was certified to the store, which writes the receipts from it. */
export function startDefineCascades(options: DefineCascadesOptions): Worker {
  const { cascades, certificates, clock, logger } = options;
  let defined = false;
  return startWorker({
    name: "define cascades",
    clock,
    logger,
    idleDelay: 3_600_000,
    round: async () => {
      if (!defined) await certificates.define(cascades);
      defined = true;
      return false;
    },
  });
}
