/**
 * The tiny image models of the golden files.
 *
 * @module
 */
import { loadModel } from "../../lib/models/load_model.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { withImageSize } from "../../lib/nn/image_size.ts";
import type { Model } from "../../lib/nn/model.ts";
import { goldenPath } from "./golden.ts";

/** Opens a model of `vision/` with a head of so many outputs. */
export function goldenImageModel(name: string, head: string, outputs = 3): Promise<Model> {
  const folder = goldenPath(`vision/${name}`);
  return loadModel({
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
    head: { name: head, outputs },
    seed: 1,
  });
}

/** The model for images of that size. */
export function sized(model: Model, { shape: [, , height, width] }: HostTensor): Model {
  return withImageSize(model, [height, width]);
}
