/** Character of the expression at which a part begins, from 1. */
interface Placed {
  readonly column: number;
}

export type Constant = string | number | boolean | null;

export interface Literal extends Placed {
  readonly kind: "literal";
  readonly value: Constant;
}

/** Something that an interaction has, or a constant. */
export type Value =
  | Literal
  | (Placed & { readonly kind: "field"; readonly name: string })
  | (Placed & { readonly kind: "call"; readonly name: string; readonly argument: Value });

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type TextTest = "contains" | "starts with" | "ends with";

/** Something that holds for an interaction or does not. */
export type Condition = Placed &
  (
    | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
    | { readonly kind: "not"; readonly part: Condition }
    | { readonly kind: "holds"; readonly value: Value }
    | {
        readonly kind: "compare";
        readonly operator: Comparison;
        readonly left: Value;
        readonly right: Value;
      }
    | { readonly kind: "in"; readonly value: Value; readonly list: readonly Literal[] }
    | {
        readonly kind: "text";
        readonly operator: TextTest;
        readonly value: Value;
        readonly part: Value;
      }
  );
