/**
 * Packs a decoder that its plan has trained, `out/pretrained/NAME`, for `pretrained/NAME`: float16, and a
 * chat template, so that it can be taught to answer.
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

const config = Object.entries(await readJson("config.json"))
  .filter(([field]) => !ofTheRun.includes(field));
await writeJson("config.json", { ...Object.fromEntries(config), dtype: "float16" });

const { eos_token: endToken, ...settings } = await readJson("tokenizer_config.json");

await writeJson("tokenizer_config.json", {
  ...settings,
  eos_token: endToken,
  chat_template: builtInTemplates.lines({ endToken, hasToken: () => false }),
});
// One long line, as it was written.
await Deno.copyFile(join(from, "tokenizer.json"), join(to, "tokenizer.json"));
await writeJson("generation_config.json", await readJson("generation_config.json"));
