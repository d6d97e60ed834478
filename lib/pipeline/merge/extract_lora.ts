/**
 * The adapter that makes one model of another.
 *
 * @module
 */
import { percent } from "../../core/percent.ts";
import { lora } from "../../adapters/lora.ts";
import { dot } from "../../combine/merge/weighted_sum.ts";
import { pissaStart } from "../../adapters/parts/pissa.ts";
import { writeFolderAtomic } from "../../core/atomic.ts";
import { checkOptions } from "../../core/check_options.ts";
import { bundleOf, withDisplay } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { htmlSection, htmlTable } from "../../core/html.ts";
import { anything, required, type Rules, text, whole } from "../../core/option_rules.ts";
import { textTable } from "../../core/text_table.ts";
import { adapter as adapterTarget, writeAdapter } from "../../deploy/adapter.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { openDevice } from "../../engine/mod.ts";
import { attachTo, isHead, type Model, modelWeights } from "../../nn/model.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import type { Targets } from "../../nn/targets.ts";
import { referenceOf } from "../../weights/reference.ts";
import { checkAlike, openMergeBase, openSource } from "./open_for_merge.ts";
import { localSources } from "./local_sources.ts";

/** What an adapter is extracted from. */
export interface ExtractLoraOptions {
  /** The model that the other one was trained from; the adapter stands on it. */
  readonly base: string;
  /** The rank of the matrices: 8 unless given. */
  readonly rank?: number;
  /** Which linears get matrices, as in `lora`: `all-linear` unless given. */
  readonly targets?: Targets;
}

const rules: Rules<ExtractLoraOptions> = {
  base: required(text),
  rank: whole,
  targets: anything,
};

const usualRank = 8;
const shownRest = 5;

/** An adapter that was extracted, and what it leaves out. */
export interface ExtractedLora {
  readonly folder: string;
  readonly rank: number;
  /**
   * The share of the squared change of all weights, the head's apart, that the adapter gives again: 1 where
   * nothing is lost.
   */
  readonly share: number;
  /** The same for each linear that has matrices, by its path. */
  readonly shares: Readonly<Record<string, number>>;
  /** Weights without matrices that have changed, from the most changed on, whose change is lost. */
  readonly lost: readonly string[];
}

/**
 * Writes the LoRA that comes nearest to what a model has changed of its base, as a PEFT folder: in each linear
 * the strongest singular directions of the change, which no other matrices of that rank come nearer to (Eckart
 * and Young 1936). The head is kept whole. What other weights have changed, such as norms, is lost and told.
 *
 * @param model a folder or reference of a whole model, or of an adapter that is to get another rank
 * @param folder where the adapter is written
 * @throws {TunebookError} of kind `input` for models that do not fit each other or have not changed, and of
 *   kind `output` for a folder that is something else.
 *
 * @example
 * ```ts
 * import { extractLora } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   extractLora("out/whole", "out/adapter", { base: "out/base", rank: 0 }),
 *   /rank is 0/,
 * );
 * ```
 */
export async function extractLora(
  model: string,
  folder: string,
  options: ExtractLoraOptions,
): Promise<ExtractedLora> {
  checkOptions("extractLora", options, rules);
  const { base: baseSource, rank = usualRank, targets = "all-linear" } = options;
  const target = adapterTarget(folder);
  await checkFolders([target], await localSources({ "the model": model, "the base": baseSource }));
  await using _held = await lockFolders([folder]);
  const device = await openDevice();
  const source = await openSource(referenceOf(model), device);
  const { opened, model: base } = await openMergeBase(referenceOf(baseSource), source, device);
  checkAlike({ "the model": source }, { name: "the base", model: base });
  const attached = attachTo(base, lora({ rank, alpha: rank, targets }));
  const { values, ...found } = extracted(source.model, base, attached);
  const { task, maxTokens } = source.trained;
  await writeFolderAtomic(folder, (inside) =>
    writeAdapter(
      {
        trainable: { model: base, adapter: attached },
        values,
        task,
        maxTokens,
        files: opened.files,
      },
      inside,
    ));
  return Object.freeze(withDisplay({ folder, rank, ...found }, shown));
}

function extracted(model: Model, base: Model, { parameters }: AttachedMethod) {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  const values = new Map<string, Float32Array>();
  const shares: Record<string, number> = {};
  const lost: { readonly path: string; readonly change: number }[] = [];
  let [all, kept] = [0, 0];
  for (const weight of modelWeights(base)) {
    const { path, layer } = weight;
    const own = model.weights.get(path)!;
    if (isHead(base, weight)) {
      values.set(path, own);
      continue;
    }
    const before = base.weights.get(path)!;
    const change = own.map((value, at) => value - before[at]);
    const size = dot(change, change);
    all += size;
    const [a, b] = ["lora_A", "lora_B"].map((name) => `${layer.path}.${name}`);
    if (!path.endsWith(".weight") || !shapes.has(a)) {
      if (size > 0) lost.push({ path, change: size });
      continue;
    }
    const [rank, ...inputs] = shapes.get(a)!;
    const inFeatures = inputs.reduce((product, each) => product * each, 1);
    const outFeatures = change.length / inFeatures;
    const found = pissaStart(change, { outFeatures, inFeatures, rank, scale: 1 });
    values.set(a, found.a).set(b, found.b);
    const rest = change.map((value, at) => {
      const [row, column] = [Math.floor(at / inFeatures), at % inFeatures];
      let product = 0;
      for (let k = 0; k < rank; k++) {
        product += found.b[row * rank + k] * found.a[k * inFeatures + column];
      }
      return value - product;
    });
    const left = dot(rest, rest);
    kept += size - left;
    shares[layer.path] = size === 0 ? 1 : 1 - left / size;
  }
  if (all === 0) {
    throw new TunebookError(
      "input",
      "the model has the weights of the base: it has changed nothing",
    );
  }
  lost.sort((one, other) => other.change - one.change);
  return { values, shares, share: kept / all, lost: lost.map(({ path }) => path) };
}

function shown({ folder, rank, share, shares, lost }: ExtractedLora) {
  const title = `a LoRA of rank ${rank} in ${folder}: ${percent(share)} of the change`;
  const more = lost.length > shownRest ? ` and ${lost.length - shownRest} more` : "";
  const rest = lost.length === 0
    ? "nothing else has changed"
    : `lost is what has changed in ${lost.slice(0, shownRest).join(", ")}${more}`;
  const columns = ["linear", "share of its change"];
  const rows = Object.entries(shares).map(([path, part]) => [path, percent(part)]);
  return bundleOf(
    `${title}; ${rest}\n${textTable(columns, rows, ["left", "right"])}\n`,
    htmlSection(
      title,
      htmlTable({ caption: rest, columns: columns.map((title) => ({ title })), rows }),
    ),
  );
}
