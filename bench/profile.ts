/**
 * Reads the profiles that ONNX Runtime writes, one file a session.
 *
 * @module
 */
import { join } from "node:path";

/** Time and work of matrix products. */
export interface Products {
  readonly seconds: number;
  /** Multiplications and additions. */
  readonly operations: number;
}

/** The runtime's operators that are matrix products. */
const productOperators = new Set(["MatMul", "FusedMatMul", "Gemm"]);

type Shape = readonly number[];

interface Event {
  readonly name: string;
  /** Microseconds. */
  readonly ts: number;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    /** One object a tensor, with its type as the key. Constants that were packed are left out. */
    readonly input_type_shape?: readonly Readonly<Record<string, Shape>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, Shape>>[];
  };
}

/**
 * Adds up the matrix products of all sessions whose files start with `prefix`, without those of the
 * first `skippedRuns` runs of each session.
 */
export async function productsOf(
  folder: string,
  prefix: string,
  skippedRuns: number,
): Promise<Products> {
  let [seconds, operations] = [0, 0];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(`${prefix}_`)) continue;
    const events = JSON.parse(await Deno.readTextFile(join(folder, name))) as Event[];
    const products = events.filter(isProduct);
    if (products.length === 0) continue;
    const runs = events.filter((event) => event.name === "model_run").map(({ ts }) => ts).sort(
      (a, b) => a - b,
    );
    const start = runs[skippedRuns];
    for (const product of products) {
      if (product.ts < start) continue;
      seconds += product.dur / 1e6;
      operations += operationsOf(product);
    }
  }
  return { seconds, operations };
}

function isProduct({ name, args }: Event): boolean {
  return productOperators.has(args?.op_name ?? "") && name.endsWith("_kernel_time");
}

/**
 * [… rows, inner] · [… inner, columns] takes 2 · rows · inner · columns operations for each matrix.
 * The inner size follows from the sizes of the first operand and of the result, whichever operand
 * is transposed.
 */
function operationsOf({ args }: Event): number {
  const left = shapeOf(args!.input_type_shape![0]);
  const result = shapeOf(args!.output_type_shape![0]);
  const columns = result.at(-1) ?? 1;
  return 2 * sizeOf(left) * columns;
}

function shapeOf(tensor: Readonly<Record<string, Shape>>): Shape {
  return Object.values(tensor)[0];
}

function sizeOf(shape: Shape): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
