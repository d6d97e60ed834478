/**
 * What a model was made of, step by step, out of what each folder keeps.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { parseReference, referenceOf } from "../../weights/reference.ts";
import { type MergeReceipt, receiptFile as mergeFile } from "../merge/merge_receipt.ts";
import { pruningFile, type PruningReceipt } from "../prune/prune_receipt.ts";
import { readOwnCard } from "../serve/card_file.ts";
import { lineageDisplay } from "./lineage_display.ts";
import type { Lineage, LineageStep } from "./lineage_step.ts";

/** What a folder says of its model, without what lies behind it. */
type OwnStep = Omit<LineageStep, "model">;

/**
 * Follows a model back to what it was made of: the adapters that were merged, the teacher of a student, the model that
 * was pruned, and the pretrained model behind them, each with its scores and receipts. A folder's own files say it
 * (`tunebook_card.json`, `merge.json`, `pruning.json`), so that folders must lie where they lay; what is no longer there
 * is said so. Relative folders are those of the place where the runs were made.
 *
 * @param folder of a model that tunebook wrote, public targets and single files aside: they keep no record
 * @throws {TunebookError} of kind `input` for a folder without a record, and of kind `output` for a damaged one.
 *
 * @example
 * ```ts
 * import { lineage } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const shown = async () => console.log(await lineage("out/student")); // from adapters to the student
 * assert.equal(typeof shown, "function");
 * await assert.rejects(lineage("out/nothing"), /out\/nothing has no record/);
 * ```
 */
export async function lineage(folder: string): Promise<Lineage> {
  const steps: LineageStep[] = [];
  const seen = new Set<string>();
  const follow = async (model: string): Promise<void> => {
    const path = pathOf(model);
    const key = path === undefined ? model : resolve(path);
    if (seen.has(key)) return;
    seen.add(key);
    const step = path === undefined ? downloaded : await ownStep(path);
    for (const each of step.from) await follow(each);
    steps.push({ model, ...step });
  };
  const path = typeof folder === "string" && folder !== "" ? pathOf(named(folder)) : undefined;
  if (path === undefined) throw new TunebookError("input", "lineage takes the folder of a model");
  await follow(path);
  if (!hasRecord(steps.at(-1)!)) {
    throw new TunebookError(
      "input",
      `${folder} has no record of what its model was made of: tunebook keeps one in the folders of ` +
        "adapter, merged, onnx and others that are not for strangers, and of merge and prune",
    );
  }
  return lineageDisplay({ steps });
}

const downloaded: OwnStep = { made: "pretrained", from: [], scores: [], receipts: [] };

async function ownStep(path: string): Promise<OwnStep> {
  const record = await recordOf(path);
  if (record) return record;
  return { ...downloaded, made: await exists(path) ? noRecord : gone };
}

const [noRecord, gone] = ["no record here", "no longer there"];
const hasRecord = ({ made }: LineageStep) => made !== noRecord && made !== gone;

/** What the folder's files say; undefined where none does. */
async function recordOf(path: string): Promise<OwnStep | undefined> {
  const [card, merge, pruning] = await Promise.all([
    readOwnCard(path),
    receiptIn<MergeReceipt>(path, mergeFile),
    receiptIn<PruningReceipt>(path, pruningFile),
  ]);
  const { scores = [], receipts = [] } = card ?? {};
  if (merge) return { ...mergedStep(merge), scores, receipts };
  if (pruning) return { ...prunedStep(pruning), scores, receipts };
  if (!card) return undefined;
  const { facts, origin } = card;
  const teachers = (origin?.teachers ?? []).map(named);
  const taught = teachers.length > 0 ? `, taught by ${teachers.join(", ")}` : "";
  const of = origin ? [named(origin.model), ...teachers] : [];
  return {
    made: `${facts.method} on ${facts["training rows"]} rows${taught}`,
    from: [...new Set(of)],
    scores,
    receipts,
  };
}

/** A receipt as it was written; undefined where the folder has none. */
async function receiptIn<Receipt>(folder: string, file: string): Promise<Receipt | undefined> {
  const path = join(folder, file);
  if (!await exists(path)) return undefined;
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Receipt;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new TunebookError("output", `${file} of ${folder} is damaged`, { cause });
  }
}

function mergedStep(
  { method, models, base, choice }: MergeReceipt,
): Pick<OwnStep, "made" | "from"> {
  const chosen = choice === undefined ? "" : `, ${choice.by}`;
  const from = Object.values(models).map(({ reference }) => named(reference));
  return { made: `merged by ${method}${chosen}`, from: base ? [...from, named(base)] : from };
}

function prunedStep(
  { by, model, base, parameters }: PruningReceipt,
): Pick<OwnStep, "made" | "from"> {
  const kept = `${Math.round(100 * parameters.after / parameters.before)} %`;
  return {
    made: `pruned by ${by}, ${kept} of the parameters`,
    from: base === undefined ? [named(model)] : [named(model), named(base)],
  };
}

/** A folder as people name it, without `file:`. */
function named(reference: string): string {
  const parsed = parseReference(referenceOf(reference));
  return parsed.kind === "file" ? parsed.path : reference;
}

/** The folder of a reference; undefined for what was downloaded. */
function pathOf(model: string): string | undefined {
  const parsed = parseReference(referenceOf(model));
  return parsed.kind === "file" ? parsed.path : undefined;
}
