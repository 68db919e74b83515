/** What the simulated model says: text, or a tool that it wants called. */
export type Reply =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "tool";
      readonly id: string;
      readonly name: string;
      /** JSON text. */
      readonly arguments: string;
    };

/** About four characters make a token, as with real models. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
