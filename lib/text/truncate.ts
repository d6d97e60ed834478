/**
 * How many tokens of a text or of a pair stay when there are too many.
 *
 * @module
 */

/**
 * The lengths to keep of one or two texts of `lengths` tokens so that they fit into `room` tokens,
 * as the `LongestFirst` strategy of Python's tokenizers has it: the shorter text stays whole if
 * the other can make the room; else both get half, and the longer one the odd token.
 */
export function truncateLongestFirst(lengths: readonly number[], room: number): number[] {
  if (lengths.length === 1) return [Math.min(lengths[0], room)];
  const [a, b] = lengths;
  if (a + b <= room) return [a, b];
  let short = Math.min(a, b);
  let long = short > room ? short : Math.max(short, room - short);
  if (short + long > room) {
    short = Math.floor(room / 2);
    long = short + room % 2;
  }
  return a > b ? [long, short] : [short, long];
}
