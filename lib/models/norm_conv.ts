/**
 * A convolution without a bias and the batch normalisation of what it gives, as networks of convolutions
 * are made of them.
 *
 * @module
 */
import type { Layer } from "../nn/layer.ts";

/** The sizes of a convolution. */
export interface NormConv {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Its height and width. */
  readonly kernel: number;
  readonly groups?: number;
  /** What a batch counts in the running statistics; PyTorch's default unless given. */
  readonly momentum?: number;
}

/** The two layers, `<path>.convolution` and `<path>.normalization`. */
export function normConvLayers(
  path: string,
  { inChannels, outChannels, kernel, groups = 1, momentum }: NormConv,
): Layer[] {
  return [
    {
      kind: "conv",
      path: `${path}.convolution`,
      inChannels,
      outChannels,
      kernel: [kernel, kernel],
      groups,
      bias: false,
    },
    {
      kind: "batchNorm",
      path: `${path}.normalization`,
      width: outChannels,
      ...(momentum === undefined ? {} : { momentum }),
    },
  ];
}
