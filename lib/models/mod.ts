/**
 * The model families that can be loaded. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Family } from "../nn/family.ts";
import { bart } from "./bart.ts";
import { bert } from "./bert.ts";
import { clipTextModel } from "./clip_text_model.ts";
import { convnext } from "./convnext.ts";
import { deit } from "./deit.ts";
import { detr } from "./detr.ts";
import { dit } from "./dit.ts";
import { distilbert } from "./distilbert.ts";
import { gemma2 } from "./gemma2.ts";
import { gemma3 } from "./gemma3.ts";
import { gemma3Text } from "./gemma3_text.ts";
import { gpt2 } from "./gpt2.ts";
import { graph } from "./graph.ts";
import { llama } from "./llama.ts";
import { marian } from "./marian.ts";
import { mbart } from "./mbart.ts";
import { mistral } from "./mistral.ts";
import { mobilenetV2 } from "./mobilenet_v2.ts";
import { mt5 } from "./mt5.ts";
import { qwen2 } from "./qwen2.ts";
import { qwen3 } from "./qwen3.ts";
import { resnet } from "./resnet.ts";
import { roberta } from "./roberta.ts";
import { segformer } from "./segformer.ts";
import { t5 } from "./t5.ts";
import { unet2d } from "./unet2d.ts";
import { unet2dCondition } from "./unet2d_condition.ts";
import { vit } from "./vit.ts";
import { xlmRoberta } from "./xlm_roberta.ts";
import { yolos } from "./yolos.ts";

/** All model families. */
export const families: readonly Family[] = [
  bart,
  bert,
  clipTextModel,
  convnext,
  deit,
  detr,
  distilbert,
  dit,
  gemma2,
  gemma3,
  gemma3Text,
  gpt2,
  graph,
  llama,
  marian,
  mbart,
  mistral,
  mobilenetV2,
  mt5,
  qwen2,
  qwen3,
  resnet,
  roberta,
  segformer,
  t5,
  unet2d,
  unet2dCondition,
  vit,
  xlmRoberta,
  yolos,
] as unknown as readonly Family[];

/** The family that `model_type` names, out of a person's own and of those that tunebook has. */
export function familyOf(modelType: unknown, own: readonly Family[] = []): Family {
  const found = [...own, ...families].find((each) => each.modelType === modelType);
  if (found) return found;
  const known = families.map((each) => each.modelType);
  const hint = typeof modelType === "string" ? didYouMean(modelType, known) : "";
  throw new TunebookError(
    "unsupported",
    `model_type is ${JSON.stringify(modelType) ?? "missing"}${hint}. Known model types: ${
      known.join(", ")
    }`,
  );
}

/**
 * The `model_type` of a model of diffusers, whose `config.json` has its class instead; undefined where it has
 * none.
 */
export function typeOfClass(className: unknown, own: readonly Family[] = []): string | undefined {
  if (typeof className !== "string") return undefined;
  const denoisers = [...own, ...families].flatMap(({ modelType, heads: { denoiser } }) =>
    denoiser ? [{ modelType, name: denoiser.className }] : []
  );
  const found = denoisers.find(({ name }) => name === className);
  if (found) return found.modelType;
  const known = denoisers.map(({ name }) => name);
  throw new TunebookError(
    "unsupported",
    `_class_name is "${className}"${didYouMean(className, known)}. Known classes of diffusers: ${
      known.join(", ")
    }`,
  );
}
