/**
 * Gradient checkpointing (Chen et al., arXiv 1604.06174): a part of a program whose inner results
 * are not kept for the backward pass, which computes them a second time instead.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";
import { gradientsApart, withoutTape } from "./tape.ts";

/** What a recomputed part depends on. */
export interface RecomputeInputs {
  /** What the part is applied to; each has a gradient. */
  readonly given: readonly Tensor[];
  /** Other tensors that the part is given; they take no gradient. */
  readonly fixed: readonly Tensor[];
  /** The tensors with a gradient, beside those given, that the part has read so far: trained weights. */
  trained(): readonly Tensor[];
}

/**
 * The part's result, of which only what it is given and `fixed` are kept for the backward pass.
 *
 * A compiled device would merge the second computation with the first, or order it before the
 * backward pass; so the second one starts from tensors that are there only after the result's
 * gradient. What the part computes from `trained` tensors alone stays shared.
 *
 * @param compute called twice; must compute the same both times from its arguments
 */
export function recompute(
  compute: (given: readonly Tensor[], fixed: readonly Tensor[]) => Tensor,
  { given, fixed, trained }: RecomputeInputs,
): Tensor {
  const y = withoutTape(() => compute(given, fixed));
  const read = trained();
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([...given, ...fixed]);
    return {
      value: y,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const all = saved.map((tensor) => after(tensor, dy));
        const [again, others] = [all.slice(0, given.length), all.slice(given.length)];
        const by = [...again, ...read];
        const { value, gradients } = gradientsApart(() => compute(again, others), by, dy);
        value.dispose();
        return gradients.map((gradient, i) => gradient ?? tf.zerosLike(by[i]));
      },
    };
  });
  return run(...given, ...read);
}
