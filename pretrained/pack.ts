/**
 * Packs a model that its plan has trained, `out/pretrained/NAME`, for `pretrained/NAME`: float16, and of
 * a decoder a chat template, so that it can be taught to answer.
 *
 *     deno run --allow-all pretrained/pack.ts english [--from FOLDER] [--to FOLDER]
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openWeights, type TensorToWrite, writeSafetensors } from "../mod.ts";
import { builtInTemplates } from "../lib/text/chat/built_in_templates.ts";

/** What a run notes for itself, and how its weights were held. */
const ofTheRun: readonly string[] = ["tunebook.task", "dtype", "torch_dtype"];

const { values, positionals: [name] } = parseArgs({
  allowPositionals: true,
  options: { from: { type: "string" }, to: { type: "string" } },
});
const project = fileURLToPath(new URL("../", import.meta.url));
const from = values.from ?? join(project, "out", "pretrained", name);
const to = values.to ?? join(project, "pretrained", name);

const readJson = async (file: string) => JSON.parse(await Deno.readTextFile(join(from, file)));
const writeJson = (file: string, json: unknown) =>
  Deno.writeTextFile(join(to, file), JSON.stringify(json, null, 2) + "\n");

await Deno.mkdir(to, { recursive: true });
const tensors: TensorToWrite[] = [];
using weights = await openWeights(from);
for (const [tensor, { shape }] of weights.tensors) {
  tensors.push({ name: tensor, dtype: "F16", shape, data: await weights.readFloat32(tensor) });
}
await writeSafetensors(join(to, "model.safetensors"), tensors, { format: "pt" });

const config = await readJson("config.json");
const fields = Object.entries(config).filter(([field]) => !ofTheRun.includes(field));
await writeJson("config.json", { ...Object.fromEntries(fields), dtype: "float16" });

const settings = await readJson("tokenizer_config.json");
const isDecoder = /CausalLM$|LMHeadModel$/.test(config.architectures[0]);
await writeJson("tokenizer_config.json", {
  ...settings,
  ...(isDecoder
    ? {
      chat_template: builtInTemplates.lines({
        endToken: settings.eos_token,
        hasToken: () => false,
      }),
    }
    : {}),
});
// One long line, as it was written.
await Deno.copyFile(join(from, "tokenizer.json"), join(to, "tokenizer.json"));
await writeJson("generation_config.json", await readJson("generation_config.json"));
