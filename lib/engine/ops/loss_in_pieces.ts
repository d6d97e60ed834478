/**
 * A loss of many rows of which only a few are computed at a time.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";
import { gradientsApart, withoutTape } from "./tape.ts";

/** Which rows the pieces have. */
export interface PieceRows {
  /**
   * The rows of each piece, [pieces, length] int32; the number of pieces is fixed. A row may occur several
   * times, of which only one may have a loss.
   */
  readonly rows: Tensor;
  /**
   * For each row of x where it has its loss in `rows`, counted through all pieces, [rows of x] int32; for
   * a row without a loss a place whose loss is always 0.
   */
  readonly slots: Tensor;
}

/**
 * The sum of the pieces' losses. Each piece's gradients are computed with its loss and before the next
 * piece, so that what one piece needs is there once; no part is computed twice. Of each piece only its
 * gradients are kept: those of a linear layer and a softmax over 50,000 words are a hundredth of their
 * logits.
 *
 * @param compute the loss of rows [length, width], a scalar; called once for each piece
 * @param x [rows, width]
 * @param trained the other tensors with a gradient that `compute` may read
 */
export function lossInPieces(
  compute: (x: Tensor, piece: number) => Tensor,
  x: Tensor,
  { rows, slots }: PieceRows,
  trained: readonly Tensor[],
): Tensor {
  const [pieces, length] = rows.shape as [number, number];
  const read: Tensor[] = [];
  const [value, byX, ...byTrained] = withoutTape(() => {
    const found = piecesOf(compute, x, { rows, pieces, length }, trained);
    read.push(...found.read);
    return [found.value, found.byX, ...found.byTrained];
  });
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([byX, slots, ...byTrained]);
    return {
      value,
      gradFunc: (dy: Tensor, [byX, slots, ...byTrained]: Tensor[]) =>
        [tf.gather(byX, slots as never), ...byTrained].map((gradient) => tf.mul(gradient, dy)),
    };
  });
  return run(x, ...read);
}

function piecesOf(
  compute: (x: Tensor, piece: number) => Tensor,
  x: Tensor,
  { rows, pieces, length }: { rows: Tensor; pieces: number; length: number },
  trained: readonly Tensor[],
): { value: Tensor; byX: Tensor; read: Tensor[]; byTrained: Tensor[] } {
  let value: Tensor | undefined;
  const byX: Tensor[] = [];
  const byTrained = new Map<Tensor, Tensor>();
  for (let piece = 0; piece < pieces; piece++) {
    const chosen = tf.reshape(tf.slice(rows, [piece, 0], [1, length]), [-1]);
    const own = [...(value ? [value, byX.at(-1)!] : []), ...byTrained.values()]
      .reduce((own, event) => after(own, event), tf.gather(x, chosen as never));
    const found = gradientsApart(() => compute(own, piece), [own, ...trained]);
    value = value ? tf.add(value, found.value) : found.value;
    const [gradient, ...others] = found.gradients;
    byX.push(gradient ?? tf.zerosLike(own));
    others.forEach((other, i) => {
      if (!other) return;
      const sum = byTrained.get(trained[i]);
      byTrained.set(trained[i], sum ? tf.add(sum, other) : other);
    });
  }
  return {
    value: value!,
    byX: tf.concat(byX, 0),
    read: [...byTrained.keys()],
    byTrained: [...byTrained.values()],
  };
}
