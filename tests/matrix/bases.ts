/**
 * A tiny model of each family, as a folder that a person could have.
 *
 * @module
 */
import { join } from "node:path";
import { full, imageClassification, model, type ModelOptions, onnx } from "tunebook";
import { goldenPath } from "../models/golden.ts";
import { newTokenizer } from "../../lib/text/train/new_tokenizer.ts";
import { reviews, tinyModel, tinyTokenizer } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { imageRows } from "./rows.ts";

/** A model, and what `model` is told beside its reference. */
export interface Base {
  readonly reference: string;
  readonly options: ModelOptions;
}

type MakeBase = (folder: string) => Promise<Base | string>;

/** Pixels on each side of the images that families of any size are given. */
const side = 32;

/** How noise is added. */
const scheduler = {
  _class_name: "DDIMScheduler",
  num_train_timesteps: 1000,
  beta_schedule: "squaredcos_cap_v2",
  prediction_type: "epsilon",
};

const golden = (name: string): MakeBase => (folder) => tinyModel(folder, name);

/** Fields that GGUF can say: no window but Gemma's, and scores scaled by the size of a head. */
const plain = { use_sliding_window: false, query_pre_attn_scalar: 6, rope_scaling: null };

/** A decoder with a tokenizer of bytes, as most have. */
const decoder = (modelType: string, fields: object = {}): MakeBase => (folder) => {
  const { tokenizer, vocabSize } = newTokenizer(reviews(32).map(({ text }) => text), "bytes", 300);
  const ends = { bos_token_id: 0, eos_token_id: 0 };
  return toyFolder(folder, modelType, {
    fields: { ...plain, ...fields },
    tokenizer: { json: tokenizer, tokens: vocabSize, ends },
  });
};

/** By `model_type`. A family without a line here is an error of the matrix, so that a new one gets its line. */
const bases: Readonly<Record<string, MakeBase>> = {
  bart: copied("seq2seq/bart", { tokenizer: smallTokenizer("roberta") }),
  bert: golden("bert"),
  clip_text_model: copied("heads/clip_text_model-embedding", {
    config: { bos_token_id: 2, eos_token_id: 3 },
    tokenizer: smallTokenizer("bert"),
  }),
  // 7/8 of the images' side, so that they are cut and not enlarged, which transformers.js does otherwise.
  convnext: copied("vision/convnext", {
    preprocessor: { ...fitted("ConvNextImageProcessor"), size: { shortest_edge: 28 } },
  }),
  deit: copied("vision/deit", { preprocessor: fitted("ViTImageProcessor", [8, 12]) }),
  detr: copied("vision/detr", { preprocessor: fitted("DetrImageProcessor") }),
  distilbert: golden("distilbert"),
  dit: copied("denoisers/dit", { scheduler }),
  gemma2: decoder("gemma2"),
  gemma3: decoder("gemma3"),
  gemma3_text: decoder("gemma3_text"),
  gpt2: decoder("gpt2"),
  graph: graphBase,
  llama: decoder("llama"),
  marian: copied("seq2seq/trained-marian"),
  mbart: copied("seq2seq/trained-mbart"),
  // The golden model's window is of three tokens; a GGUF file takes no more, which llama.cpp has no window for.
  mistral: decoder("mistral", { sliding_window: 64 }),
  mobilenet_v2: copied("vision/mobilenet_v2", { preprocessor: fitted("ViTImageProcessor") }),
  // The trained T5 has mT5's blocks.
  mt5: copied("seq2seq/trained-t5", {
    config: { model_type: "mt5", architectures: ["MT5ForConditionalGeneration"] },
  }),
  qwen2: decoder("qwen2"),
  qwen3: decoder("qwen3"),
  resnet: copied("vision/resnet", { preprocessor: fitted("ViTImageProcessor") }),
  roberta: golden("roberta"),
  segformer: copied("vision/segformer", { preprocessor: fitted("SegformerImageProcessor") }),
  t5: copied("seq2seq/trained-t5"),
  unet2d: copied("denoisers/unet", { scheduler }),
  unet2d_condition: copied("denoisers/captioned"),
  vit: copied("vision/vit", { preprocessor: fitted("ViTImageProcessor", [8, 8]) }),
  "xlm-roberta": golden("xlm-roberta"),
  yolos: copied("vision/yolos", { preprocessor: fitted("YolosImageProcessor", [8, 12]) }),
};

/** Makes the model of a family in the folder. */
export async function baseOf(family: string, folder: string): Promise<Base> {
  const make = bases[family];
  if (!make) throw new Error(`tests/matrix/bases.ts has no tiny model of ${family}`);
  const made = await make(folder);
  return typeof made === "string" ? { reference: made, options: {} } : made;
}

/** A copy of a golden folder without what was measured on it, with other fields and a tokenizer. */
function copied(
  name: string,
  { config = {}, tokenizer, preprocessor, scheduler }: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly tokenizer?: Readonly<Record<string, unknown>>;
    readonly preprocessor?: Readonly<Record<string, unknown>>;
    readonly scheduler?: Readonly<Record<string, unknown>>;
  } = {},
): MakeBase {
  return async (folder) => {
    await copyFolder(goldenPath(name), folder);
    const files = {
      "tokenizer.json": tokenizer,
      "preprocessor_config.json": preprocessor,
      "scheduler_config.json": scheduler,
    };
    for (const [file, json] of Object.entries(files)) {
      if (json) await Deno.writeTextFile(join(folder, file), JSON.stringify(json));
    }
    if (Object.keys(config).length > 0) {
      const path = join(folder, "config.json");
      const own = JSON.parse(await Deno.readTextFile(path));
      await Deno.writeTextFile(path, JSON.stringify({ ...own, ...config }));
    }
    return `file:${folder}`;
  };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else if (!/^expected|^training/.test(name)) {
      await Deno.copyFile(join(from, name), join(to, name));
    }
  }
}

/** The tokenizer of the tiny models with as many tokens as the golden models of 30 have. */
function smallTokenizer(family: string): Record<string, unknown> {
  const tokenizer = tinyTokenizer(family) as { readonly model: { readonly vocab: object } };
  const vocab = Object.fromEntries(Object.entries(tokenizer.model.vocab).slice(0, 30));
  return { ...tokenizer, model: { ...tokenizer.model, vocab } };
}

/** What makes images of any size [height, width]. */
function fitted(
  name: string,
  [height, width]: readonly [number, number] = [side, side],
): Readonly<Record<string, unknown>> {
  return {
    image_processor_type: name,
    do_resize: true,
    size: { height, width },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };
}

/** A graph as others may have written it: the exported tiny ResNet. */
async function graphBase(folder: string): Promise<Base> {
  const { reference } = await baseOf("resnet", join(folder, "resnet"));
  const result = await model(reference)
    .data(await imageRows(), imageClassification({ image: "image", label: "label" }))
    .adapt(full()).train({ epochs: 0 }).deploy(onnx(join(folder, "exported"))).run({ quiet: true });
  await result.dispose();
  return {
    reference: `file:${join(folder, "exported", "onnx", "model.onnx")}`,
    options: { preprocessor: { size: side } },
  };
}
