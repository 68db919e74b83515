/** Random numbers that are the same for the same seed. */
export interface RandomNumbers {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** Mean 1. */
  exponential(): number;
  poisson(mean: number): number;
}

/** The generator xoshiro128++ (D. Blackman, S. Vigna, 2019), its state filled by a Weyl sequence. */
export function randomNumbers(seed: number): RandomNumbers {
  let [a, b, c, d] = [1, 2, 3, 4].map((step) => scrambled(seed + step * 0x9e3779b9)) as [
    number,
    number,
    number,
    number,
  ];
  const uniform = (): number => {
    const result = (rotated((a + d) | 0, 7) + a) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result / 2 ** 32;
  };
  const exponential = (): number => -Math.log(1 - uniform());
  const normal = (): number => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let count = 0;
    for (let passed = exponential(); passed < mean; passed += exponential()) count++;
    return count;
  };
  return { uniform, normal, exponential, poisson };
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function scrambled(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
