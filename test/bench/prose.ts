const words =
  "order parcel return refund delivery size colour tent boot jacket price stock customer week store credit address invoice warranty repair exchange voucher waterproof sleeping light warm blue green large small please thanks when where how much does the a of to for is are can with without from your our and or not".split(
    " ",
  );

/** Common words, which compress as prose does; `size` characters of them. */
export function prose(size: number, random: () => number): string {
  let result = "";
  while (result.length < size) result += `${words[Math.floor(random() * words.length)]} `;
  return result.slice(0, Math.max(0, size));
}

/** Mulberry32: the same numbers from 0 to 1 in every run. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
