import type { Sampler } from "../sampling/sampler.js";
import type { AskedEvaluator, BatchBook } from "./batch-book.js";

/** Draws again, as it was drawn, what was asked in a batch before the start. */
export function rememberedDraws(
  sampler: Sampler,
  evaluator: AskedEvaluator,
  book: BatchBook,
): Sampler {
  return {
    open: () => sampler.open(),
    problem: () => sampler.problem(),
    draw: (interaction) => {
      const id = interaction.interaction_id;
      const earlier = book.find(id, evaluator);
      const draw = sampler.draw(interaction);
      if (!draw.drawn && earlier === undefined) return draw;
      const settle = draw.drawn ? draw.settle : () => undefined;
      const { probability, panel } = earlier ?? (draw as Extract<typeof draw, { drawn: true }>);
      book.drawn(id, evaluator, { probability, panel });
      return {
        drawn: true,
        probability,
        panel,
        settle: (cost) => {
          book.settled(id, evaluator);
          settle(cost);
        },
      };
    },
  };
}
