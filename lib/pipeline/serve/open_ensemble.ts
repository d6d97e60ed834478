/**
 * Ensembles in folders: written with a receipt, opened again, and served as any model is.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../../core/atomic.ts";
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import {
  abortSignal,
  list,
  oneOf,
  record,
  required,
  type Rules,
  text,
} from "../../core/option_rules.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { referenceOf } from "../../weights/reference.ts";
import { type Ensemble, ensemble, type EnsembleSettings } from "../ensemble/ensemble.ts";
import {
  type EnsembleContents,
  ensembleFile,
  ensembleText,
  readEnsemble,
} from "../ensemble/ensemble_file.ts";
import { localSources } from "../merge/local_sources.ts";
import { type EnsembleBase, ensembleBase } from "./ensemble_base.ts";
import { openServed } from "./open_served.ts";

/** How an ensemble is written. */
export interface SaveEnsembleOptions extends EnsembleSettings {
  /** Inputs that the written folder is proved with: held-out texts or images. */
  readonly inputs: readonly unknown[];
}

/** What a written ensemble proves. */
export interface EnsembleReceipt {
  readonly folder: string;
  readonly by: "mean" | "votes";
  /** The share of each member. */
  readonly weights: Readonly<Record<string, number>>;
  /** Inputs that were asked. */
  readonly rows: number;
  /** Of probabilities: the opened folder's from those of the members opened one by one. */
  readonly largestDifference: number;
  readonly tolerance: number;
}

/** An ensemble that was opened from its folder. */
export interface OpenEnsemble extends Ensemble<string, unknown>, AsyncDisposable {
  /** Frees the weights of all members. */
  dispose(): Promise<void>;
}

/** How an ensemble is opened. */
export interface OpenEnsembleOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  readonly signal?: AbortSignal;
}

const saveRules: Rules<SaveEnsembleOptions> = {
  by: oneOf(["mean", "votes"]),
  weights: record,
  inputs: required(list),
};
const openRules: Rules<OpenEnsembleOptions> = { device: text, signal: abortSignal };

/** Rows of unlike lengths share batches on one base, whose sums then differ in their last digits. */
const tolerance = 1e-4;

/**
 * Writes a folder that answers with several models: `ensemble.json` names the members by their folders or references and
 * has the weights. It holds no weights of models; folders are named as they lie from it. `serve(folder)` serves it,
 * `openEnsemble(folder)` asks it.
 *
 * The folder is opened again before it is put in its place, and its answers are compared with those of the members that
 * are opened one by one.
 *
 * @param members folders or references of trained models by their names
 * @throws {TunebookError} of kind `input` for fewer than two members, for members of other labels or tasks and options that
 *   make no sense; of kind `output` for a folder of a member or of anything that no deployment wrote, and where the
 *   opened folder answers otherwise.
 *
 * @example
 * ```ts
 * import { saveEnsemble } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   saveEnsemble("out/both", { first: "out/first" }, { inputs: ["a fine film"] }),
 *   /must be two models or more/,
 * );
 * ```
 */
export async function saveEnsemble(
  folder: string,
  members: Readonly<Record<string, string>>,
  options: SaveEnsembleOptions,
): Promise<EnsembleReceipt> {
  checkOptions("saveEnsemble", options, saveRules);
  const { inputs, by = "mean", weights: given } = options;
  if (inputs.length === 0) {
    throw new TunebookError(
      "input",
      "saveEnsemble: inputs are empty, so that nothing would be proved",
    );
  }
  const never = new AbortController().signal;
  const references = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, referenceOf(member)]),
  );
  // Also what is wrong with names and weights, before any model is opened.
  const settings = { by, ...(given ? { weights: given } : {}) };
  const unasked = { predict: () => Promise.resolve([]) };
  const planned = ensemble(
    Object.fromEntries(Object.keys(members).map((name) => [name, unasked])),
    settings,
  );
  const contents = { by, weights: planned.weights, members: references };
  await checkFolders([{ folder }], await localSources(members));
  await using _held = await lockFolders([folder]);
  return await writeFolderAtomic(folder, async (temporary) => {
    await writeFileAtomic(join(temporary, ensembleFile), ensembleText(contents, temporary));
    const opened = await openFolder(temporary, {});
    const found = await opened.asking(never).predict(inputs).finally(() => opened.dispose());
    const expected = await answersAlone(contents, inputs);
    const largestDifference = Math.max(
      ...found.flatMap(({ probabilities }, row) =>
        Object.entries(probabilities).map(([label, each]) => Math.abs(each - expected[row][label]))
      ),
    );
    if (!(largestDifference <= tolerance)) {
      throw new TunebookError(
        "output",
        `the ensemble in ${folder} gives other probabilities than its members opened one by one: the largest difference on ` +
          `${inputs.length} inputs is ${largestDifference}, allowed is ${tolerance}. Nothing was written.`,
      );
    }
    await writeFileAtomic(join(temporary, ensembleFile), ensembleText(contents, folder));
    const { weights } = planned;
    return { folder, by, weights, rows: inputs.length, largestDifference, tolerance };
  });
}

/** What the members say together that are opened one after the other. */
async function answersAlone(
  { members, by, weights }: EnsembleContents,
  inputs: readonly unknown[],
): Promise<Readonly<Record<string, number>>[]> {
  const never = new AbortController().signal;
  const alone = Object.entries(members).map(([name, reference]) => {
    const predict = async (inputs: readonly unknown[]) => {
      const [base] = await openServed([{ name, reference }], [], { maxAdapters: 1 });
      const [model] = base.models;
      try {
        return await base.predict(inputs.map((input) => ({ model, input })), never) as never;
      } finally {
        await base.dispose();
      }
    };
    return [name, { predict }] as const;
  });
  const answers = await ensemble<string, unknown>(Object.fromEntries(alone), { by, weights })
    .predict(inputs);
  return answers.map(({ probabilities }) => ({ ...probabilities }));
}

/**
 * Opens the folder of an ensemble. Adapters of one base share its weights.
 *
 * @throws {TunebookError} of kind `input` for a folder without `ensemble.json`; and whatever `open` throws for a member.
 *
 * @example
 * ```ts
 * import { openEnsemble } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(openEnsemble("out/nothing"), /holds no ensemble/);
 * ```
 */
export async function openEnsemble(
  folder: string,
  options: OpenEnsembleOptions = {},
): Promise<OpenEnsemble> {
  checkOptions("openEnsemble", options, openRules);
  const opened = await openFolder(folder, options);
  const asked = opened.asking(options.signal ?? new AbortController().signal);
  const dispose = () => opened.dispose();
  return Object.freeze({ ...asked, dispose, [Symbol.asyncDispose]: dispose });
}

async function openFolder(folder: string, options: OpenEnsembleOptions): Promise<EnsembleBase> {
  const reference = referenceOf(folder);
  const contents = await readEnsemble(reference);
  if (!contents) {
    throw new TunebookError(
      "input",
      `${folder} holds no ensemble, ${ensembleFile} is not there; write one with saveEnsemble, or open a model with open`,
    );
  }
  const held = { ...options, maxAdapters: Object.keys(contents.members).length };
  return await ensembleBase(
    { name: "the ensemble", reference },
    contents,
    (sources) => openServed(sources, [], held),
  );
}
