/**
 * Writes adapters of random numbers on the tiny denoisers, and the merged models as pipelines, opens them with PEFT
 * and diffusers, and compares what they give: `make_denoiser_parity.ts PYTHON`. Writes the largest differences to
 * denoisers/parity.json.
 *
 * @module
 */
import { join } from "node:path";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { Random } from "../../lib/core/random.ts";
import { merged } from "../../lib/deploy/merged.ts";
import type { TrainedModel } from "../../lib/deploy/trained_model.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { imageGeneration } from "../../lib/tasks/image_generation.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";
import { goldenPath } from "../models/golden.ts";
import { goldenDenoiser, goldenDenoising } from "../models/golden_denoisers.ts";
import { weightedImages } from "../models/weighted_images.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { writeParity } from "./write_parity.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;

const methods: Readonly<Record<string, () => Method>> = {
  lora: () => lora({ rank: 2 }),
  linears: () => lora({ rank: 2, targets: "all-linear" }),
  dora: () => lora({ rank: 2, dora: true }),
  ia3: () => ia3({ targets: ["to_k", "to_v"], feedForward: [] }),
};
/** Each model with its classes. */
const cases: readonly (readonly [name: string, classes: number])[] = [
  ["dit", 4],
  ["unet", 4],
  ["captioned", 0],
];
const scheduler = { _class_name: "DDPMScheduler" };

const folder = await Deno.makeTempDir();
const own: Record<string, ArrayLike<number>> = {};
try {
  for (const [name, classes] of cases) {
    const { golden, batch } = await goldenDenoising(name);
    const model = await goldenDenoiser(name, classes);
    for (const [method, make] of Object.entries(methods)) {
      const adapter = attachTo(model, make());
      const trainable = { model, adapter, objective: weightedImages(model, golden.weights) };
      const random = Random.fromSeed(1, `${method} ${name}`);
      const values = new Map(
        [...initialParameters(trainable, 1)].map(([path, numbers]) => [
          path,
          numbers.map((each) => each + 0.2 * random.normal()),
        ]),
      );
      const { data } = await logitsOf(trainable, await openDevice("cpu"), batch, values);
      own[`adapter-${method}-${name}`] = data;
      const place = join(folder, `adapter-${method}-${name}`);
      await writePeftFolder(place, model, adapter, values, { taskType: null, labels: [] });
      if (method !== "lora") continue;
      own[`merged-${name}`] = data;
      const labels = Array.from({ length: classes }, (_, at) => `class ${at}`);
      const trained: Pick<TrainedModel, "trainable" | "values" | "task" | "processor" | "files"> = {
        trainable,
        values,
        task: imageGeneration({ image: "image", label: "label" }).withLabels(labels),
        files: await resolveModel(`file:${goldenPath(`denoisers/${name}`)}`),
        processor: { input: "image", tokens: 1, scheduler },
      };
      const whole = join(folder, `merged-${name}`);
      await Deno.mkdir(whole);
      await merged(whole).write(trained as TrainedModel, whole);
    }
  }
  await writeParity({
    python,
    script: "check_denoisers.py",
    folder,
    own,
    tolerance,
    models: "denoisers",
  });
} finally {
  await Deno.remove(folder, { recursive: true });
}
