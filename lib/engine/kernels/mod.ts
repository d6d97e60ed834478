/**
 * Every tensorflow.js kernel that can be traced. A new one is one entry in the file of its family.
 *
 * @module
 */
import type { Kernel } from "../trace_backend.ts";
import { convolutions } from "./convolution.ts";
import { crossEntropies } from "./cross_entropy.ts";
import { eightBit } from "./eight_bit.ts";
import { elementwise } from "./elementwise.ts";
import { fused } from "./fused.ts";
import { inference } from "./inference.ts";
import { indexing } from "./indexing.ts";
import { layout } from "./layout.ts";
import { maps } from "./maps.ts";
import { matrix } from "./matrix.ts";
import { pooling } from "./pooling.ts";
import { quantized } from "./quantized.ts";
import { reductions } from "./reduction.ts";

/** Kernel name → translation. */
export const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwise,
  ...reductions,
  ...layout,
  ...indexing,
  ...matrix,
  ...convolutions,
  ...pooling,
  ...maps,
  ...quantized,
  ...eightBit,
  ...fused,
  ...inference,
  ...crossEntropies,
};
