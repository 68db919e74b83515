/** Characters of an answer that are kept. */
export const largestAnswer = 8 * 1024 * 1024;
/** Choices, tool calls or blocks of an answer that are kept. */
export const mostPieces = 1_024;

/** Bounds what the collector of a stream keeps, whatever a server sends. */
export class TextBudget {
  #left = largestAnswer;

  /** The text, or nothing once the budget is spent. */
  take(text: unknown): string {
    if (typeof text !== "string") return "";
    this.#left -= text.length;
    return this.#left < 0 ? "" : text;
  }
}
