/**
 * The prompts of the generation bench, the same on both sides.
 *
 * @module
 */

/** Ids are drawn from the first so many of a vocabulary. */
const ids = 10_000;
/** Park and Miller's generator, which Python computes alike. */
const [factor, modulus] = [48271, 2 ** 31 - 1];

/** Token ids that look like nothing. */
export function benchPrompts(prompts: number, tokens: number): number[][] {
  let state = 1;
  const next = () => state = state * factor % modulus;
  return Array.from(
    { length: prompts },
    () => Array.from({ length: tokens }, () => 3 + next() % (ids - 3)),
  );
}
