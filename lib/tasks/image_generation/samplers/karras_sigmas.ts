/**
 * The noise that samplers go through by Karras et al. (arXiv 2206.00364, formula 5), and the timesteps that it belongs
 * to, as diffusers' `use_karras_sigmas` has them.
 *
 * @module
 */

/** As in the paper: steps are closer where there is little noise. */
const rho = 7;

/** σ of each step from the most noise to the least, [steps]. */
export function karrasSigmas(
  { most, least, steps }: { readonly most: number; readonly least: number; readonly steps: number },
): Float64Array {
  const [first, last] = [most, least].map((sigma) => sigma ** (1 / rho));
  const share = (step: number) => steps === 1 ? 0 : step / (steps - 1);
  return Float64Array.from(
    { length: steps },
    (_, step) => (first + share(step) * (last - first)) ** rho,
  );
}

/**
 * Where σ lies among those of the training, which rise: a timestep between two of them where its logarithm is between
 * theirs.
 */
export function timestepOfSigma(trainSigmas: Float64Array, sigma: number): number {
  const next = trainSigmas.findIndex((each) => each > sigma);
  const before = next === -1 ? trainSigmas.length : Math.max(next, 1);
  const low = Math.min(before - 1, trainSigmas.length - 2);
  const [from, to] = [trainSigmas[low], trainSigmas[low + 1]].map(Math.log);
  const share = (Math.log(sigma) - from) / (to - from);
  return low + Math.min(1, Math.max(0, share));
}
