import { InvalidArgumentError, Option } from "commander";

/** How often a judge is asked about an item, as the setting `samples` of an evaluator. */
export function samplesOption(): Option {
  return new Option(
    "--samples <count>",
    "verdicts for each item, 3 to 5, where the model gives no log probabilities; as the evaluator of the rubric's name is configured when left out",
  ).argParser(toSamples);
}

function toSamples(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 3 || count > 5) {
    throw new InvalidArgumentError("a number from 3 to 5 is expected.");
  }
  return count;
}
