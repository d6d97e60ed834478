/**
 * What a model is made of, as data: the layers that hold weights. One path names a layer, its
 * weights in a checkpoint, its adapter site and its row in a report.
 *
 * @module
 */

/** A layer with weights. Its tensors are `<path>.weight` and, for all but embeddings, `<path>.bias`. */
export type Layer =
  /** y = x·Wᵀ + b with W [outputs, inputs]. */
  | {
    readonly kind: "linear";
    readonly path: string;
    readonly inputs: number;
    readonly outputs: number;
  }
  /** Scale and offset [width]. */
  | { readonly kind: "norm"; readonly path: string; readonly width: number }
  /** A table [rows, width]. */
  | {
    readonly kind: "embedding";
    readonly path: string;
    readonly rows: number;
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
  switch (layer.kind) {
    case "linear":
      return [weight("weight", [layer.outputs, layer.inputs]), weight("bias", [layer.outputs])];
    case "norm":
      return [weight("weight", [layer.width]), weight("bias", [layer.width])];
    case "embedding":
      return [weight("weight", [layer.rows, layer.width])];
  }
}
