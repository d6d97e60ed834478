/**
 * Writes adapters of random numbers on the tiny image models, and the merged models, opens them with PEFT and
 * transformers, and compares what the heads give for images: `make_vision_parity.ts PYTHON`. Writes the
 * largest differences to vision/parity.json.
 *
 * @module
 */
import { join } from "node:path";
import { lora } from "../../lib/adapters/lora.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { batchCountBeside } from "../../lib/nn/batch_count.ts";
import { mergeModel } from "../../lib/nn/merge.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo, bodyPaths, type Model, modelWeights, pathPrefix } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenPath, readGolden } from "../models/golden.ts";
import { goldenImageModel, sized } from "../models/golden_images.ts";
import { weightedImages } from "../models/weighted_images.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { writeParity } from "./write_parity.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;

const methods: Readonly<Record<string, () => Method>> = {
  lora: () => lora({ rank: 2 }),
  linears: () => lora({ rank: 2, targets: "all-linear" }),
  patches: () => lora({ rank: 2, targets: ["projection"] }),
  dora: () => lora({ rank: 2, dora: true }),
  ia3: () => ia3(),
  vera: () => vera({ rank: 2 }),
};
const onLinears = ["lora", "linears", "dora", "ia3", "vera"];
/** Each model with its head and the methods that act on it. */
const cases: readonly [name: string, head: string, methods: readonly string[]][] = [
  ["vit", "classification", [...onLinears, "patches"]],
  ["deit", "classification", ["lora", "linears"]],
  ["resnet", "classification", ["lora"]],
  ["resnet-basic", "classification", ["lora"]],
  ["convnext", "classification", ["lora", "linears"]],
  ["segformer", "masks", onLinears],
  ["segformer-classes", "classification", ["lora"]],
  ["yolos", "boxes", onLinears],
  ["detr", "boxes", onLinears],
  // PEFT's wrapped convolutions lack what transformers' MobileNetV2 reads of them (0.21, 5.18).
  ["mobilenet_v2", "classification", []],
];

/** The merged model as a checkpoint beside the base's config. */
async function writeMerged(folder: string, name: string, model: Model, whole: Model) {
  const body = bodyPaths(model);
  const tensors = modelWeights(model).flatMap((weight) => {
    const { path, shape, layer } = weight;
    const own = body.has(layer.path) ? `${pathPrefix(model)}${path}` : path;
    const data = whole.weights.get(path)!;
    return [{ name: own, dtype: "F32" as const, shape, data }, ...batchCountBeside(weight, own)];
  });
  await Deno.mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
  await Deno.copyFile(goldenPath(`vision/${name}/config.json`), join(folder, "config.json"));
}

const folder = await Deno.makeTempDir();
const own: Record<string, ArrayLike<number>> = {};
try {
  for (const [name, head, chosen] of cases) {
    const { pixel_values, results } = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, head), pixel_values);
    const methodsHere = chosen.length > 0 ? chosen : ["lora"];
    for (const method of methodsHere) {
      const adapter = attachTo(model, methods[method]());
      const trainable = { model, adapter, objective: weightedImages(model, results) };
      const random = Random.fromSeed(1, `${method} ${name}`);
      const values = new Map(
        [...initialParameters(trainable, 1)].map(([path, numbers]) => {
          const isOwn = adapter.parameters.some((each) => each.name === path);
          return [path, isOwn ? numbers.map((each) => each + 0.2 * random.normal()) : numbers];
        }),
      );
      const { data } = await logitsOf(trainable, await openDevice("cpu"), { pixel_values }, values);
      if (chosen.length > 0) {
        own[`adapter-${method}-${name}`] = data;
        const place = join(folder, `adapter-${method}-${name}`);
        await writePeftFolder(place, model, adapter, values, { taskType: null, labels: [] });
      }
      if (method !== "lora") continue;
      own[`merged-${name}`] = data;
      const whole = mergeModel(model, adapter, values);
      await writeMerged(join(folder, `merged-${name}`), name, model, whole);
    }
  }
  await writeParity({
    python,
    script: "check_vision.py",
    folder,
    own,
    tolerance,
    models: "vision",
  });
} finally {
  await Deno.remove(folder, { recursive: true });
}
