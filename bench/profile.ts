/**
 * Reads the profiles that ONNX Runtime writes, one file a session.
 *
 * @module
 */
import { join } from "node:path";

/** Time and work of the matrix products of one run of a session. */
export interface Products {
  readonly seconds: number;
  /** Multiplications and additions. */
  readonly operations: number;
}

/** The runtime's operators that are matrix products. */
const productOperators = new Set([
  ...["MatMul", "FusedMatMul", "Gemm", "FusedGemm", "MatMulNBits", "MatMulBnb4"],
  ...["MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QGemm"],
]);

const microsecondsPerSecond = 1e6;

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
 * The matrix products of each run of the session whose file starts with `prefix`; of several
 * sessions, the one that has products.
 */
export async function productsOf(folder: string, prefix: string): Promise<Products[]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(`${prefix}_`)) continue;
    const events = JSON.parse(await Deno.readTextFile(join(folder, name))) as Event[];
    const products = events.filter(isProduct);
    if (products.length === 0) continue;
    return events.filter(({ name }) => name === "model_run").sort((a, b) => a.ts - b.ts)
      .map(({ ts, dur }) => sumOf(products.filter((each) => each.ts >= ts && each.ts < ts + dur)));
  }
  throw new Error(`no profile of ${prefix} has a matrix product`);
}

function sumOf(products: readonly Event[]): Products {
  return {
    seconds: products.reduce((sum, { dur }) => sum + dur / microsecondsPerSecond, 0),
    operations: products.reduce((sum, each) => sum + operationsOf(each), 0),
  };
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
