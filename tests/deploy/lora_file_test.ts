import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  bitfit,
  denoisingError,
  imageGeneration,
  lora,
  type Method,
  model,
  open,
  peft,
  tableFromColumns,
} from "tunebook";
import { loraFile, readLoraFile } from "../../lib/adapters/peft/lora_file.ts";
import { checkFolders } from "../../lib/deploy/check_targets.ts";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { goldenPath } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";
import { isMistake } from "../is_mistake.ts";

const side = 8;
const labels = ["bird", "cat", "dog", "fish"];

/** A pipeline of the tiny golden DiT. */
async function writePipeline(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "transformer"), { recursive: true });
  for (const name of ["config.json", "diffusion_pytorch_model.safetensors"]) {
    await Deno.copyFile(goldenPath(`denoisers/dit/${name}`), join(folder, "transformer", name));
  }
  const write = (name: string, json: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(json));
  await write("model_index.json", {
    _class_name: "DiffusionPipeline",
    transformer: ["diffusers", "DiTTransformer2DModel"],
    scheduler: ["diffusers", "DDPMScheduler"],
    id2label: { ...labels },
  });
  await write("scheduler_config.json", { _class_name: "DDPMScheduler" });
}

async function planOf(folder: string, method: Method, named = labels) {
  const encodePng = await pngEncoder();
  const rows = Array.from({ length: 12 }, (_, row) => row);
  const image = rows.map((row) => {
    const data = Uint8Array.from(
      { length: side * side * 3 },
      (_, at) => (row * 37 + at * 11) % 256,
    );
    return encodePng({ width: side, height: side, channels: 3, data });
  });
  const table = tableFromColumns({ image, label: rows.map((row) => named[row % 4]) });
  return model(`file:${folder}`)
    .data(table, imageGeneration({ image: "image", label: "label" }), { test: 0.34 })
    .adapt(method);
}

Deno.test("a denoiser's LoRA is deployed as one file, and a run goes on from it", () =>
  inFolder(async (folder) => {
    await writePipeline(folder);
    const formats = ["diffusers", "kohya"] as const;
    const plan = (await planOf(folder, lora({ rank: 2, targets: ["to_q", "pos_embed.proj"] })))
      .train({ epochs: 2, batchSize: 4, learningRate: 0.1 }).evaluate({ denoisingError });
    const deployed = formats.reduce(
      (all, format) => all.deploy(adapter(join(folder, format), { format })),
      plan.deploy(adapter(join(folder, "peft"))),
    );
    const result = await deployed.run({ quiet: true });
    assert.equal(result.receipts.length, 3);
    // A plan that runs once more writes into the same folders.
    await checkFolders(formats.map((format) => adapter(join(folder, format), { format })));
    for (const { largestDifference, tolerance } of result.receipts) {
      assert.ok(largestDifference <= tolerance);
    }
    for (const format of formats) {
      const file = await readLoraFile(join(folder, format, loraFile));
      assert.equal(file.names, format);
      assert.match(await Deno.readTextFile(join(folder, format, "README.md")), /LoRA for file:/);
      const next = await (await planOf(folder, peft(join(folder, format))))
        .train({ epochs: 0 }).evaluate({ denoisingError }).run({ quiet: true });
      const [found, wanted] = [next, result].map(({ scores }) => scores.denoisingError);
      assert.ok(Math.abs(found - wanted) < 1e-5, `${found} is not ${wanted}`);
      await next.dispose();
    }
    await result.dispose();
  }));

Deno.test("a method that such a file cannot hold is refused before the training", () =>
  inFolder(async (folder) => {
    await writePipeline(folder);
    const plan = (await planOf(folder, bitfit())).train({ epochs: 1 })
      .deploy(adapter(join(folder, "out"), { format: "kohya" }));
    await assert.rejects(plan.run({ quiet: true }), {
      kind: "unsupported",
      message: /kohya's files of LoRA hold nothing but LoRA/,
    });
  }));

Deno.test("formats that there are not are refused with those that there are", () => {
  assert.throws(
    () => adapter("out", { format: "a1111" as "kohya" }),
    isMistake("input", "adapter", "format", "a1111"),
  );
});

Deno.test("PEFT's folder of a denoiser with other labels saves the tables of classes and no block around them", () =>
  inFolder(async (folder) => {
    await writePipeline(folder);
    const own = ["ant", "bee", "cow", "doe"];
    const to = join(folder, "peft");
    const result = await (await planOf(folder, lora({ rank: 2 }), own))
      .train({ epochs: 1, samples: 0 })
      .evaluate({ denoisingError })
      .deploy(adapter(to))
      .run({ quiet: true });
    const { modules_to_save: saved } = JSON.parse(
      await Deno.readTextFile(join(to, "adapter_config.json")),
    );
    assert.deepEqual(
      saved,
      [0, 1].map((layer) => `transformer_blocks.${layer}.norm1.emb.class_embedder.embedding_table`),
    );
    const asked = [{ label: "bee", seed: 3, steps: 2 }];
    const opened = await open(to);
    assert.deepEqual(await opened.predict(asked), await result.predict(asked));
    await opened.dispose();
    await result.dispose();
  }));
