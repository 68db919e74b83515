import type { RetrievedDocument } from "@calibrant/instrumentation";
import { overlap } from "../words.js";
import type { ShopDocument } from "./documents.js";

/** The pages that share most words with the question, the best first. */
export function searchPages(
  pages: readonly ShopDocument[],
  question: string,
  most = 3,
): readonly (RetrievedDocument & { readonly content: string })[] {
  return pages
    .map(({ id, text }) => ({ id, content: text, score: overlap(question, text) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most);
}
