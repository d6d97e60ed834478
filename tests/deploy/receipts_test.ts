import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  type DeployTarget,
  head,
  lora,
  merged,
  model,
  onnx,
  sentenceEmbeddings,
  sentenceTransformers,
  tableFromRows,
} from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { answersOnly, broken, type Json } from "./broken_folder.ts";

const quiet = { quiet: true };

async function trained(folder: string, ...targets: DeployTarget[]) {
  return await model(await tinyModel(join(folder, "base")))
    .data(moods(48), { text: "text", label: "mood" })
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 3, learningRate: 1e-2, batchSize: 8 })
    .deploy(...targets)
    .run(quiet);
}

/** What makes a folder say something else; each is a file, a change, and what the error names. */
const breaks: Readonly<Record<string, readonly [string, (json: Json) => void, RegExp]>> = {
  "swapped labels": ["config.json", (config) => {
    config.id2label = { 0: "positive", 1: "negative" };
    config.label2id = { positive: 0, negative: 1 };
  }, /id2label calls output 0 "positive", but the training called it "negative"/],
  "a label too many": ["config.json", (config) => {
    config.id2label[2] = "neutral";
  }, /id2label has 3 names, but the model has 2/],
  "another kind of problem": ["config.json", (config) => {
    config.problem_type = "multi_label_classification";
  }, /problem_type is "multi_label_classification"/],
  "padding on the left": ["tokenizer_config.json", (config) => {
    config.padding_side = "left";
  }, /padding_side is "left", which pads on the left/],
  "padding by tokenizer.json's side": ["tokenizer.json", (json) => {
    json.padding = { direction: "Left", pad_token: "[PAD]", pad_id: 0 };
  }, /pads on the left/],
  "cut on the left": ["tokenizer_config.json", (config) => {
    config.truncation_side = "left";
  }, /truncation_side is "left"/],
  "another padding token": ["tokenizer_config.json", (config) => {
    config.pad_token = "[MASK]";
  }, /pad_token is "\[MASK\]", with the id 4, but the training padded with 0/],
  "another padding id": ["config.json", (config) => {
    config.pad_token_id = 3;
  }, /pad_token_id is 3, but the training padded with 0/],
  "another separator": ["tokenizer_config.json", (config) => {
    config.sep_token = "[MASK]";
  }, /sep_token is "\[MASK\]"/],
  "a lost separator": ["tokenizer.json", (json) => {
    json.post_processor.single.pop();
  }, /makes other input_ids of a held-out row/],
  "a normalizer that keeps case": ["tokenizer.json", (json) => {
    json.added_tokens.push({ id: 5, content: "film", special: false, normalized: false });
  }, /makes other input_ids of a held-out row/],
};

/** What `answersOnly` finds of them by itself. */
const seen = [
  "swapped labels",
  "another kind of problem",
  "padding on the left",
  "a lost separator",
  "a normalizer that keeps case",
];

for (const [name, [file, change, message]] of Object.entries(breaks)) {
  Deno.test(`no receipt passes with ${name}`, () =>
    inFolder(async (folder) => {
      for (const target of [merged(join(folder, "m")), onnx(join(folder, "o"))]) {
        // transformers.js has no side of its own in tokenizer.json.
        const own = broken(target, file, change);
        if (name.startsWith("padding by") && target.name === "onnx") continue;
        await assert.rejects(
          trained(folder, own),
          isMistake("output", target.name, message, `Nothing was written to ${target.folder}`),
        );
        assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["base"]);
      }
      if (!seen.includes(name)) return;
      await assert.rejects(
        trained(folder, answersOnly(broken(onnx(join(folder, "o")), file, change))),
        isMistake("output", "transformers.js answers otherwise than the trained model"),
      );
    }));
}
