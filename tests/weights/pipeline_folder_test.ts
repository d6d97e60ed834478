import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { loadModel } from "../../lib/models/load_model.ts";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import { missingFiles } from "../../lib/weights/model_files.ts";
import { pipelineAround, pipelineParts } from "../../lib/weights/pipeline_folder.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";
import { goldenPath } from "../models/golden.ts";
import { startHub } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";

/** `model_index.json` as diffusers 0.42 writes it, with the labels of a DiT's pipeline. */
const pipeline = {
  _class_name: "DDPMPipeline",
  _diffusers_version: "0.42.1",
  scheduler: ["diffusers", "DDPMScheduler"],
  unet: ["diffusers", "UNet2DModel"],
  requires_safety_checker: false,
  id2label: { 0: "cat, tabby", 1: "dog", 2: "fish", 3: "bird" },
};
const scheduler = '{ "_class_name": "DDPMScheduler" }';
const weightsName = "diffusion_pytorch_model.safetensors";

/** A pipeline's files by name, in folders of its parts or all in one. */
async function pipelineFiles(under: "unet/" | ""): Promise<Record<string, string | Uint8Array>> {
  const golden = (name: string) => goldenPath(`denoisers/unet/${name}`);
  return {
    "model_index.json": JSON.stringify(pipeline),
    [`${under}config.json`]: await Deno.readTextFile(golden("config.json")),
    [`${under}${weightsName}`]: await Deno.readFile(golden(weightsName)),
    [under === "" ? "scheduler_config.json" : "scheduler/scheduler_config.json"]: scheduler,
  };
}

async function write(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, Uint8Array.from(bytes));
  }
}

for (const under of ["unet/", ""] as const) {
  Deno.test(`a pipeline opens with its labels and its scheduler, the denoiser in "${under}"`, () =>
    inFolder(async (folder) => {
      await write(folder, await pipelineFiles(under));
      const home = join(folder, under);
      for (const reference of [`file:${folder}`, `file:${home}`]) {
        const files = await resolveModel(reference);
        assert.equal(files.config, join(home, "config.json"));
        assert.equal(files.weights, join(home, weightsName));
        assert.equal(files.pipeline, join(folder, "model_index.json"));
        assert.equal(
          dirname(files.schedulerConfig!),
          join(folder, under === "" ? "" : "scheduler"),
        );
        const { config, weights } = files;
        const head = { name: "denoiser", outputs: 4 };
        const model = await loadModel({ reference, config, weights, head, seed: 1 });
        assert.deepEqual(model.fresh, []);
        assert.deepEqual(model.json.id2label, { ...pipeline.id2label });
      }
      assert.deepEqual(await missingFiles(folder), []);
      await Deno.remove(join(home, weightsName));
      assert.deepEqual(await missingFiles(folder), [
        under === "" ? "model.safetensors" : `unet/${weightsName}`,
      ]);
    }));

  Deno.test(`a pipeline of the hub is downloaded, the denoiser in "${under}"`, () =>
    inFolder(async (folder) => {
      const files = await pipelineFiles(under);
      await using hub = startHub({ ...files, "unet/other.bin": "not asked for" });
      const options = { endpoint: hub.endpoint, cacheFolder: join(folder, "cache") };
      const found = await resolveModel("hf:org/name", { ...options, offline: false });
      assert.ok(found.weights.endsWith(under + weightsName));
      assert.match(found.schedulerConfig!, /scheduler_config\.json$/);
      assert.match(found.pipeline!, /model_index\.json$/);
      assert.ok(!hub.seen.some(({ path }) => path.endsWith("other.bin")));
      assert.deepEqual(await resolveModel("hf:org/name", { ...options, offline: true }), found);
    }));
}

Deno.test("a folder of a denoiser without a pipeline has neither labels nor a scheduler", async () => {
  const home = goldenPath("denoisers/unet");
  const { pipeline, schedulerConfig } = await resolveModel(`file:${home}`);
  assert.deepEqual([pipeline, schedulerConfig], [undefined, undefined]);
  assert.equal(await pipelineAround(home), undefined);
  assert.equal((await readModelConfig(`${home}/config.json`)).json.id2label, undefined);
});

Deno.test("a pipeline with other parts is refused with their names, and where the denoiser is", () => {
  const latent = {
    _class_name: "DiTPipeline",
    scheduler: ["diffusers", "DDIMScheduler"],
    transformer: ["diffusers", "DiTTransformer2DModel"],
    vae: ["diffusers", "AutoencoderKL"],
    text_encoder: [null, null],
  };
  assert.throws(() => pipelineParts("a/model_index.json", JSON.stringify(latent)), {
    kind: "unsupported",
    message:
      /^a\/model_index\.json: DiTPipeline also has vae \(AutoencoderKL\), which .* latents that vae makes of them$/,
  });
  assert.throws(() => pipelineParts("a", '{ "vae": ["diffusers", "AutoencoderKL"] }'), {
    kind: "unsupported",
    message: /has no unet and no transformer/,
  });
  assert.throws(() => pipelineParts("a", "{"), { kind: "weights", message: /^a is not JSON/ });
  assert.throws(() => pipelineParts("a", "[]"), { kind: "weights", message: /not a JSON object/ });
  assert.equal(
    pipelineParts("a", JSON.stringify({ ...latent, vae: [null, null] })).denoiser,
    "transformer",
  );
});

Deno.test("a pipeline with a text encoder is found with its tokenizer", () =>
  inFolder(async (folder) => {
    const home = goldenPath("denoisers/captioned");
    const { textEncoder, config } = await resolveModel(`file:${home}`);
    assert.equal(config, join(home, "unet", "config.json"));
    assert.equal(textEncoder?.config, join(home, "text_encoder", "config.json"));
    assert.equal(textEncoder?.tokenizer, join(home, "tokenizer", "tokenizer.json"));
    assert.deepEqual(await missingFiles(home), []);
    await write(folder, {
      "model_index.json": await Deno.readTextFile(join(home, "model_index.json")),
      "unet/config.json": "{}",
    });
    assert.deepEqual(await missingFiles(folder), [
      "unet/diffusion_pytorch_model.safetensors",
      "text_encoder/config.json",
      "text_encoder/model.safetensors",
      "tokenizer/tokenizer.json",
    ]);
  }));

Deno.test("a class of diffusers that is no family is refused by its name", () =>
  inFolder(async (folder) => {
    await write(folder, { "config.json": '{ "_class_name": "UNet3DConditionModel" }' });
    await assert.rejects(readModelConfig(join(folder, "config.json")), {
      kind: "unsupported",
      message:
        /_class_name is "UNet3DConditionModel".* DiTTransformer2DModel, UNet2DModel, UNet2DConditionModel/,
    });
  }));
