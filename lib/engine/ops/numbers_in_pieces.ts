/**
 * A number of each row, of which only a few are computed at a time, with its gradients.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";
import type { PieceRows } from "./loss_in_pieces.ts";
import { gradientsApart, withoutTape } from "./tape.ts";

/**
 * The number of each row of x, [rows], where what `compute` needs meanwhile, such as the logits of a large
 * vocabulary, is there for one piece only. The gradient by x is computed with the numbers, since a number depends
 * on its own row alone. Gradients by `trained` tensors depend on that of each number: where there are any, each
 * piece is computed a second time in the backward pass.
 *
 * @param compute the numbers of rows [length, width], [length]; 0 for places that count nothing
 * @param x [rows, width]
 * @param trained the other tensors with a gradient that `compute` may read
 */
export function numbersInPieces(
  compute: (x: Tensor, piece: number) => Tensor,
  x: Tensor,
  { rows, slots }: PieceRows,
  trained: readonly Tensor[],
): Tensor {
  const pieces = rows.shape[0];
  const chosenOf = (piece: number) => tf.reshape(tf.slice(rows, [piece, 0], [1, -1]), [-1]);
  const read: Tensor[] = [];
  const [value, byX] = withoutTape(() => {
    const found = firstPass(compute, x, { pieces, chosenOf }, trained);
    read.push(...found.read);
    return [tf.gather(found.numbers, slots as never), found.byX];
  });
  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void;
    save(read.length > 0 ? [x, byX, rows, slots] : [byX, rows, slots]);
    return {
      value,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [byX, , slots] = saved.slice(-3);
        const own = tf.mul(tf.gather(byX, slots as never), tf.reshape(dy, [-1, 1]));
        if (read.length === 0) return [own];
        const again = secondPass(compute, saved[0], { pieces, chosenOf, dy }, read);
        return [own, ...again];
      },
    };
  });
  return run(x, ...read);
}

/** Which rows each piece has. */
interface Pieces {
  readonly pieces: number;
  chosenOf(piece: number): Tensor;
}

/** The numbers of all pieces and their gradients by their own rows; and which trained tensors were read. */
function firstPass(
  compute: (x: Tensor, piece: number) => Tensor,
  x: Tensor,
  { pieces, chosenOf }: Pieces,
  trained: readonly Tensor[],
): { numbers: Tensor; byX: Tensor; read: Tensor[] } {
  const numbers: Tensor[] = [];
  const byX: Tensor[] = [];
  const read = new Set<Tensor>();
  for (let piece = 0; piece < pieces; piece++) {
    const rows = tf.gather(x, chosenOf(piece) as never);
    const own = piece > 0 ? after(rows, numbers.at(-1)!, byX.at(-1)!) : rows;
    const { value, gradients: [gradient, ...others] } = gradientsApart(
      () => compute(own, piece),
      [own, ...trained],
    );
    numbers.push(value);
    byX.push(gradient ?? tf.zerosLike(own));
    others.forEach((other, i) => other && read.add(trained[i]));
  }
  return { numbers: tf.concat(numbers, 0), byX: tf.concat(byX, 0), read: [...read] };
}

/** The gradients of all numbers together by the trained tensors. */
function secondPass(
  compute: (x: Tensor, piece: number) => Tensor,
  x: Tensor,
  { pieces, chosenOf, dy }: Pieces & { readonly dy: Tensor },
  read: readonly Tensor[],
): Tensor[] {
  let sums: Tensor[] | undefined;
  for (let piece = 0; piece < pieces; piece++) {
    const chosen = chosenOf(piece);
    const own = after(tf.gather(x, chosen as never), dy, ...sums ?? []);
    const { value, gradients } = gradientsApart(
      () => compute(own, piece),
      read,
      tf.gather(dy, chosen as never),
    );
    value.dispose();
    const all = gradients.map((gradient, i) => gradient ?? tf.zerosLike(read[i]));
    sums = sums ? sums.map((sum, i) => tf.add(sum, all[i])) : all;
  }
  return sums!;
}
