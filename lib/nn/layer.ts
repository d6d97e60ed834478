/**
 * What a model is made of, as data: the layers that hold weights. One path names a layer, its
 * weights in a checkpoint, the target of an adapter and its row in a report.
 *
 * @module
 */

/**
 * A layer with weights. Its tensors are `<path>.weight` and, for all but embeddings and layers whose
 * `bias` is false, `<path>.bias`; that of an offset or of a single tensor has the path itself.
 */
export type Layer =
  /** y = x·Wᵀ + b with W [outFeatures, inFeatures]. */
  | {
    readonly kind: "linear";
    readonly path: string;
    readonly inFeatures: number;
    readonly outFeatures: number;
    readonly bias?: boolean;
    /** True where checkpoints hold W the other way round, [inFeatures, outFeatures]. */
    readonly storedTransposed?: boolean;
    /** True where nothing reads what it gives, such as a pooler beside a head on tokens: it is never trained. */
    readonly isUnread?: boolean;
  }
  /** Scale and offset [width]. */
  | {
    readonly kind: "norm";
    readonly path: string;
    readonly width: number;
    readonly bias?: boolean;
    /** True where the scale is 1 + weight, so that new weights are zeros. */
    readonly plusOne?: boolean;
  }
  /** A table [rows, width]. */
  | {
    readonly kind: "embedding";
    readonly path: string;
    readonly rows: number;
    readonly width: number;
  }
  /** A vector [1, width] that checkpoints hold and that is never trained. */
  | {
    readonly kind: "offset";
    readonly path: string;
    readonly width: number;
  }
  /**
   * A convolution with weights [outChannels, inChannels / groups, height, width], a transposed one with
   * [inChannels, outChannels / groups, height, width].
   */
  | {
    readonly kind: "conv";
    readonly path: string;
    readonly inChannels: number;
    readonly outChannels: number;
    /** Height and width. */
    readonly kernel: readonly [number, number];
    /** 1 unless given; as many as channels where each channel has a kernel of its own. */
    readonly groups?: number;
    readonly bias?: boolean;
    readonly isTransposed?: boolean;
    /** True where nothing reads what it gives. */
    readonly isUnread?: boolean;
  }
  /**
   * Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) of `width` channels: scale, offset and the
   * running mean and variance, which no gradient trains.
   */
  | {
    readonly kind: "batchNorm";
    readonly path: string;
    readonly width: number;
    /** True where scale and offset are never trained, either, as in the trunk of a detector. */
    readonly isFrozen?: boolean;
    /** True where nothing reads what it gives. */
    readonly isUnread?: boolean;
    /** What a batch counts in the running statistics; 0.1 unless given, as in PyTorch. */
    readonly momentum?: number;
  }
  /** One tensor of any shape, such as a class token, position embeddings or the scales of a layer. */
  | {
    readonly kind: "tensor";
    readonly path: string;
    readonly shape: readonly number[];
    /** What new ones are: `normal` has the config's `initializerRange` as its deviation. */
    readonly initial: "zeros" | "ones" | "normal";
    /** True where it is never trained. */
    readonly isFrozen?: boolean;
  };

/** A linear layer, which is where most adapters act. */
export type LinearLayer = Extract<Layer, { kind: "linear" }>;

/** A convolution. */
export type ConvLayer = Extract<Layer, { kind: "conv" }>;

/** One tensor of a layer. */
export interface Weight {
  /** The layer's path and the tensor's role, `encoder.layer.0.output.dense.weight`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly layer: Layer;
}

/** The tensors of a layer. */
export function weightsOf(layer: Layer): Weight[] {
  const weight = (role: string, shape: number[]): Weight => ({
    path: `${layer.path}.${role}`,
    shape,
    layer,
  });
  const bias = (size: number) =>
    "bias" in layer && layer.bias === false ? [] : [weight("bias", [size])];
  switch (layer.kind) {
    case "linear":
      return [weight("weight", [layer.outFeatures, layer.inFeatures]), ...bias(layer.outFeatures)];
    case "norm":
      return [weight("weight", [layer.width]), ...bias(layer.width)];
    case "embedding":
      return [weight("weight", [layer.rows, layer.width])];
    case "offset":
      return [{ path: layer.path, shape: [1, layer.width], layer }];
    case "conv":
      return [weight("weight", convShape(layer)), ...bias(layer.outChannels)];
    case "batchNorm": {
      const roles = ["weight", "bias", ...runningStatistics];
      return roles.map((role) => weight(role, [layer.width]));
    }
    case "tensor":
      return [{ path: layer.path, shape: layer.shape, layer }];
  }
}

/** The roles of what batch normalisation remembers of the batches that it saw. */
const runningStatistics = ["running_mean", "running_var"];

/** True for a running mean or variance of batch normalisation, which no gradient trains. */
export function isRunningStatistic({ path, layer }: Weight): boolean {
  return layer.kind === "batchNorm" &&
    runningStatistics.some((role) => path === `${layer.path}.${role}`);
}

/** The shape of a convolution's weight. */
export function convShape(
  { inChannels, outChannels, kernel, groups = 1, isTransposed = false }: ConvLayer,
): [number, number, number, number] {
  return isTransposed
    ? [inChannels, outChannels / groups, ...kernel]
    : [outChannels, inChannels / groups, ...kernel];
}

/** A convolution as the linear layer of what its kernel sees: the weight's numbers are the same. */
export function asLinear({ path, bias, ...layer }: ConvLayer): LinearLayer {
  const [outFeatures, ...others] = convShape({ path, ...layer });
  return {
    kind: "linear",
    path,
    inFeatures: others.reduce((product, size) => product * size, 1),
    outFeatures,
    ...(bias === undefined ? {} : { bias }),
  };
}

/** What a new weight starts as; `normal` has a deviation that the model says. */
export function initialOf({ path, layer }: Weight): "zeros" | "ones" | "normal" {
  if (layer.kind === "tensor") return layer.initial;
  if (path.endsWith(".running_var")) return "ones";
  if (!path.endsWith(".weight")) return "zeros";
  if (layer.kind === "batchNorm") return "ones";
  if (layer.kind === "norm") return layer.plusOne ? "zeros" : "ones";
  return "normal";
}

/** True for the weight of a linear that checkpoints hold as [inFeatures, outFeatures]. */
export function isStoredTransposed({ path, layer }: Weight): boolean {
  return layer.kind === "linear" && layer.storedTransposed === true && path.endsWith(".weight");
}

/** A matrix of [rows, columns] turned to [columns, rows]. */
export function transposed(matrix: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = matrix[row * columns + column];
    }
  }
  return turned;
}
