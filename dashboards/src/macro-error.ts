/** A macro or a variable that cannot be expanded; the message names it. */
export class MacroError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MacroError";
  }
}
