/**
 * The uniform numbers of PyTorch's CPU generator, so that tensors which a folder names only by their
 * seed can be made again: MT19937 (Matsumoto and Nishimura, 1998), 24 bits a float.
 *
 * @module
 */

const size = 624;
const shift = 397;

/** `torch.empty(count).uniform_(-bound, bound)` for each count in turn, from one generator. */
export function torchUniform(seed: number, counts: readonly number[], bounds: readonly number[]) {
  const next = mersenneTwister(seed);
  return counts.map((count, i) => {
    // PyTorch computes x·(to − from) + from as one operation, rounded once to float32.
    const [from, span] = [Math.fround(-bounds[i]), Math.fround(2 * Math.fround(bounds[i]))];
    return Float32Array.from({ length: count }, () => {
      const unit = (next() & 0xffffff) / 2 ** 24;
      return unit * span + from;
    });
  });
}

/** 32 random bits a call. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(size);
  state[0] = seed;
  for (let i = 1; i < size; i++) {
    const mixed = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(1812433253, mixed) + i;
  }
  let at = size;
  return () => {
    if (at === size) {
      for (let i = 0; i < size; i++) {
        const both = (state[i] & 0x80000000) | (state[(i + 1) % size] & 0x7fffffff);
        const twist = both & 1 ? 0x9908b0df : 0;
        state[i] = state[(i + shift) % size] ^ (both >>> 1) ^ twist;
      }
      at = 0;
    }
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
