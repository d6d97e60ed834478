/**
 * The tiny denoisers of the golden files.
 *
 * @module
 */
import type { HostTensor } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import type { Model } from "../../lib/nn/model.ts";
import { goldenPath, readGolden } from "./golden.ts";

/** Those that read captions stand in a pipeline. */
function denoiserFolder(name: string): string {
  return goldenPath(`denoisers/${name}${name.startsWith("captioned") ? "/unet" : ""}`);
}

/** Opens a model of `denoisers/` for so many classes. */
export function goldenDenoiser(name: string, classes: number): Promise<Model> {
  const folder = denoiserFolder(name);
  return loadModel({
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/diffusion_pytorch_model.safetensors`,
    head: { name: "denoiser", outputs: classes },
    seed: 1,
  });
}

/** What a golden denoiser was asked with, and all else in its file. */
export async function goldenDenoising(name: string): Promise<{
  readonly golden: Readonly<Record<string, HostTensor>>;
  readonly batch: Readonly<Record<string, HostTensor>>;
}> {
  const golden = await readGolden(`denoisers/${name}/expected.safetensors`);
  const { sample, timestep, class_labels, encoder_hidden_states } = golden;
  return {
    golden,
    batch: {
      sample,
      timestep,
      ...(class_labels ? { class_labels } : {}),
      ...(encoder_hidden_states ? { encoder_hidden_states } : {}),
    },
  };
}
