import { hashFraction } from "../../kernel/sampling.js";

/** Draws that depend on a seed and a name only: the same question is always answered the same way. */
export interface Chance {
  /** A number in [0, 1). */
  draw(name: string): number;
  /** One of the choices. */
  pick<T>(name: string, choices: readonly [T, ...T[]]): T;
}

export function chance(seed: number, key: string): Chance {
  const draw = (name: string): number => hashFraction(`${name} ${key}`, String(seed));
  return {
    draw,
    pick: (name, choices) => choices[Math.floor(draw(name) * choices.length)] ?? choices[0],
  };
}
