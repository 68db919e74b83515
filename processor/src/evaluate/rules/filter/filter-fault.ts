/** Something wrong with a filter at one of its characters. */
export interface FilterFault {
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** Ends the reading of an expression; caught at the door, never seen outside. */
export class FilterSyntaxError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.name = "FilterSyntaxError";
    this.column = column;
  }
}
