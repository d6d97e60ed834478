/**
 * Training steps of image models of known sizes with random weights, as issue trackers and papers name them.
 *
 * @module
 */
import type { Compute } from "../lib/train/compute_option.ts";

/** A training step of an image model. */
export interface VisionCase {
  readonly name: string;
  /** `head`: over a frozen trunk, in an epoch after the first, when we have its features and the peer computes them. */
  readonly method: "lora" | "full" | "head";
  /** In which numbers linear layers are computed; float32 unless given. */
  readonly compute?: Compute;
  /** `model_type` of transformers. */
  readonly modelType: string;
  /** The fields of `config.json` that are not transformers' own defaults. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly head: "classification" | "masks";
  readonly batch: number;
  /** Pixels of an image on each side. */
  readonly size: number;
  /** Steps in one turn of a side. */
  readonly turn: number;
}

/** Labels of the heads. */
export const visionLabels = 9;

const vitSmall = {
  modelType: "vit",
  config: {
    num_hidden_layers: 12,
    hidden_size: 384,
    num_attention_heads: 6,
    intermediate_size: 1536,
    image_size: 224,
    patch_size: 16,
  },
  head: "classification",
  size: 224,
} as const;

/** All cases. */
export const visionCases: readonly VisionCase[] = [
  { name: "vit-small-lora", method: "lora", ...vitSmall, batch: 8, turn: 2 },
  { name: "vit-small-lora-int8", method: "lora", compute: "int8", ...vitSmall, batch: 8, turn: 2 },
  { name: "vit-small-head", method: "head", ...vitSmall, batch: 8, turn: 2 },
  {
    name: "resnet-18-full",
    method: "full",
    modelType: "resnet",
    config: {
      embedding_size: 64,
      hidden_sizes: [64, 128, 256, 512],
      depths: [2, 2, 2, 2],
      layer_type: "basic",
    },
    head: "classification",
    batch: 8,
    size: 224,
    turn: 2,
  },
  {
    name: "segformer-b0-full",
    method: "full",
    modelType: "segformer",
    // Dropout of neither side: both draw their own.
    config: { classifier_dropout_prob: 0, drop_path_rate: 0 },
    head: "masks",
    batch: 2,
    size: 256,
    turn: 2,
  },
];
