/**
 * Cases of layers that the runtime has operators of its own for.
 *
 * @module
 */
import { dropout, Noise, noiseSize } from "../../../lib/engine/ops/dropout.ts";
import { rmsNorm, rotateHalves, silu, sumOfSquares } from "../../../lib/engine/ops/mod.ts";
import { type Case, floats, given } from "../parity.ts";

const shapes: Readonly<Record<string, readonly number[]>> = {
  "rows": [5, 8],
  "rank 3": [2, 3, 8],
  "one row": [1, 8],
  "no rows": [0, 8],
};

/** Cases of layers that the runtime has operators of its own for. */
export const fusedCases: readonly Case[] = [
  ...Object.entries(shapes).flatMap(([name, shape]): Case[] => [
    {
      kernel: "RmsNormalization",
      name,
      inputs: [floats([...shape]), floats([8])],
      run: (x, scale) => rmsNorm(x, scale, 1e-6),
    },
    { kernel: "Silu", name, inputs: [floats([...shape])], run: (x) => silu(x) },
  ]),
  {
    kernel: "Silu",
    name: "large numbers",
    inputs: [given("float32", [6], [-1e4, -100, -20, 20, 100, 1e4])],
    run: (x) => silu(x),
  },
  {
    kernel: "RmsNormalization",
    name: "zeros",
    inputs: [given("float32", [2, 2], [0, 0, 0, 1e-3]), floats([2])],
    run: (x, scale) => rmsNorm(x, scale, 1e-6),
  },
  ...[[5, 8], [2, 3, 4], []].map((shape): Case => ({
    kernel: "SumOfSquares",
    name: `rank ${shape.length}`,
    inputs: [floats(shape)],
    run: (x) => sumOfSquares(x),
  })),
  ...(["product", "weights"] as const).map((of): Case => ({
    kernel: "NotBelow",
    name: `dropout of ${of}`,
    inputs: [floats([7, 8]), floats([noiseSize], 0, 1)],
    run: (x, noise) => dropout(x, 0.3, new Noise(noise), 2, of),
  })),
  ...[1, 3].flatMap((heads) =>
    [0, 1, 7].map((tokens): Case => ({
      kernel: "RotateHalves",
      name: `${tokens} tokens, heads ${heads}`,
      inputs: [floats([tokens, 8 * heads]), floats([tokens, 4], -1, 1), floats([tokens, 4], -1, 1)],
      run: (x, cos, sin) => rotateHalves(x, cos, sin),
    }))
  ),
];
