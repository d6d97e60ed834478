/**
 * What a model is made of, as data: the layers that hold weights. One path names a layer, its
 * weights in a checkpoint, the target of an adapter and its row in a report.
 *
 * @module
 */

/**
 * A layer with weights. Its tensors are `<path>.weight` and, for all but embeddings and layers whose
 * `bias` is false, `<path>.bias`; that of an offset has the path itself.
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
  };

/** A linear layer, which is where most adapters act. */
export type LinearLayer = Extract<Layer, { kind: "linear" }>;

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
    layer.kind === "embedding" || layer.kind === "offset" || layer.bias === false
      ? []
      : [weight("bias", [size])];
  switch (layer.kind) {
    case "linear":
      return [weight("weight", [layer.outFeatures, layer.inFeatures]), ...bias(layer.outFeatures)];
    case "norm":
      return [weight("weight", [layer.width]), ...bias(layer.width)];
    case "embedding":
      return [weight("weight", [layer.rows, layer.width])];
    case "offset":
      return [{ path: layer.path, shape: [1, layer.width], layer }];
  }
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
