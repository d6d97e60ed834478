/**
 * The contract of a deploy target, and what every deployment proves: that the files on disk give
 * the same results as the model that was trained.
 *
 * @module
 */
import { basename } from "node:path";
import { fillFileAtomic, writeFolderAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import type { Device } from "../engine/mod.ts";
import {
  largestDifference,
  type ReadBatch,
  type Rows,
  type RunBatch,
  runOver,
} from "../nn/run_over.ts";
import { largestOutput, type ReaderLimits } from "../nn/reader_contract.ts";
import type { Examples, LabelledTask, Outputs } from "../nn/task.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { AnswerProof, AnswerReceipt } from "./ask_reader.ts";
import { comparedRows, type ComputeDrift } from "./compute_drift.ts";
import type { WebAssemblyReceipt } from "./edge/ask_edge.ts";
import { compareLanguage, type LanguageProof } from "./language_proof.ts";
import type { RunRecord } from "./hub/model_card.ts";
import type { Published } from "./hub/upload.ts";
import { type FileSize, listFiles } from "./list_files.ts";
import type { LanguageReceipt } from "./language_receipt.ts";
import { meanLoss } from "./mean_loss.ts";
import { standingAlone } from "./standing_alone.ts";
import type { TrainedModel } from "./trained_model.ts";

/** A model that was opened from files again. */
export interface Reopened {
  readonly run: RunBatch;
  /** How its results are read: those of the evaluation program, or of the exported graph. */
  readonly read: ReadBatch;
  dispose(): Promise<void>;
}

/** A way to deploy. One file under `deploy/` is one target. */
export interface DeployTarget {
  readonly name: string;
  /** Where it is written: a folder, or a file where {@link isFile} says so. */
  readonly folder: string;
  /** What its function takes first, where that is not the folder: a repository. */
  readonly place?: string;
  /** True where one file is written and no folder. */
  readonly isFile?: boolean;
  /** What else the target was given, as plain JSON, so that a plan can be saved. */
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * The largest difference of an output that is no mistake, with its reason in the target's file. Where
   * outputs are larger than 1, as a regression's may be, it is a share of the largest one: float32 keeps
   * about seven digits of a number, whatever its size.
   */
  readonly tolerance: number;
  /** True where the tolerance holds as it is, whatever the size of the outputs. */
  readonly isAbsolute?: boolean;
  /** The tolerance for a model, where tasks have unlike ones. */
  toleranceOf?(trained: TrainedModel): number;
  /** What to do where the difference is larger, if it need not be a mistake. */
  readonly remedy?: string;
  /** True where the files are opened together with the base, so that its names stay. */
  readonly needsBase?: boolean;
  /** Throws, before anything is trained, where a model cannot be deployed so. */
  check?(trainable: TrainableModel, about: AboutTraining): void | Promise<void>;
  /** What its reader cannot do with a task, in sentences; they are said before anything is trained. */
  limits?(task: Pick<LabelledTask, "reader">, about: ReaderLimits): readonly string[];
  write(trained: TrainedModel, folder: string): Promise<void>;
  /**
   * How far the files' outputs are from the trained model's, where it is not the largest difference of all:
   * for formats that round so much that a single output says little. It is that of the mean loss of texts;
   * undefined for tasks without one.
   */
  differenceOf?(
    trained: TrainedModel,
    found: Outputs,
    expected: Outputs,
    rows: Pick<Examples, "feedsOf">,
  ): Promise<number | undefined>;
  /** Opens the written files the way their reader would. */
  reopen(trained: TrainedModel, folder: string, device: Device): Promise<Reopened>;
  /**
   * Compares what else its reader takes from the folder with what the training did: settings, and
   * answers to texts. Throws an error of kind "output" with what differs.
   */
  inspect?(trained: TrainedModel, folder: string, proof: AnswerProof): Promise<ReaderProof>;
  /** Brings the proven files elsewhere; what it adds to them is no part of the receipt. */
  publish?(
    trained: TrainedModel,
    folder: string,
    receipt: Receipt,
    about: { readonly run?: RunRecord | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Published>;
}

/** What is known of a training before it begins. */
export type AboutTraining = Pick<TrainedModel, "files" | "task">;

/** What a look at a folder with its reader's eyes proved. */
export interface ReaderProof {
  /** How many settings were compared. */
  readonly settings: number;
  /** What the reader's own pipeline answered, where there is one. */
  readonly answers?: AnswerReceipt;
  /** What the folder's own server answered, where it has one. */
  readonly webAssembly?: WebAssemblyReceipt;
}

/** Throws an error of kind "input" for what is no folder; `target` is the function that takes it. */
export function checkTargetFolder(target: string, folder: unknown): void {
  if (typeof folder === "string" && folder !== "") return;
  throw new TunebookError(
    "input",
    `${target} takes the folder to write, ${target}("out/reviews/${target}"), but got ${
      shownValue(folder)
    }`,
  );
}

/** Throws an error of kind "input" for what is no file of a target's kind. */
export function checkTargetFile(target: string, file: unknown, end: string): void {
  if (typeof file === "string" && file.length > end.length && file.endsWith(end)) return;
  throw new TunebookError(
    "input",
    `${target} takes the file to write, ${target}("out/reviews${end}"), but got ${
      shownValue(file)
    }`,
  );
}

/** What a deployment proves. */
export interface Receipt {
  readonly target: string;
  readonly folder: string;
  readonly files: readonly FileSize[];
  /** Held-out rows that were compared. */
  readonly rows: number;
  readonly largestDifference: number;
  /** The largest difference that was allowed for outputs of this size. */
  readonly tolerance: number;
  /** The perplexity of these rows, as the metric has it, where the task scores next tokens. */
  readonly perplexity?: { readonly trained: number; readonly written: number };
  /** What both models say at the same tokens, where they are language models. */
  readonly language?: LanguageReceipt;
  /** What eight bits change in the outputs; absent where neither training nor scores were in int8. */
  readonly drift?: ComputeDrift;
  /** What its reader takes from the folder beside the model; absent for targets that do not look. */
  readonly reader?: ReaderProof;
  /** Where the files were brought to, and the commit that holds them. */
  readonly published?: Published;
}

/**
 * Writes a target's folder, opens it again, compares its logits with the trained model's, and only
 * then puts it in its place. A difference above the tolerance is an error and leaves nothing there.
 *
 * @param expected what the trained model gave for each sequence of `rows`
 */
export async function deploy(
  target: DeployTarget,
  given: TrainedModel,
  { device, rows, expected, answers, language: proof, run, signal }: {
    readonly device: Device;
    readonly rows: Rows & Pick<Examples, "countsOf">;
    readonly expected: Outputs;
    /** Rows as texts, and what the trained model says to them. */
    readonly answers: AnswerProof;
    /** What the trained model says at some tokens, where it is a language model. */
    readonly language?: LanguageProof;
    /** What a model card says. */
    readonly run?: RunRecord | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<Receipt> {
  const trained = target.needsBase
    ? given
    : { ...given, trainable: standingAlone(given.trainable) };
  const count = Math.min(comparedRows, rows.lengths.length);
  const write = target.isFile ? fillFileAtomic : writeFolderAtomic;
  return await write(target.folder, async (folder) => {
    await target.write(trained, folder);
    const reopened = await target.reopen(trained, folder, device);
    const compared = expected.slice(0, count);
    const { isAbsolute = false, tolerance } = target;
    const allowed = allowedFor(
      { isAbsolute, tolerance: target.toleranceOf?.(trained) ?? tolerance },
      compared,
    );
    let found: Outputs;
    try {
      const chosen = Array.from({ length: count }, (_, row) => row);
      found = await runOver(reopened.run, rows, reopened.read, { chosen, signal });
    } finally {
      await reopened.dispose();
    }
    const ofLoss = await target.differenceOf?.(trained, found, compared, rows);
    const difference = ofLoss ?? largestDifference(found, compared);
    if (!(difference <= allowed)) {
      throw new TunebookError(
        "output",
        `${target.name}: the files give other outputs than the trained model: the ` +
          `${ofLoss === undefined ? "largest difference" : "difference of the mean loss"} on ` +
          `${count} held-out rows is ${difference}, allowed is ${allowed}. ` +
          `Nothing was written to ${target.folder}.${target.remedy ? ` ${target.remedy}` : ""}`,
      );
    }
    const perplexity = proof && await perplexities(trained, rows, { found, compared });
    const language = proof &&
      await compareLanguage(
        proof,
        trained,
        (asking) => target.reopen(asking, folder, device),
        signal,
      );
    const reader = await inspected(target, trained, folder, answers);
    const receipt: Receipt = {
      target: target.name,
      folder: target.folder,
      files: target.isFile
        ? [{ path: basename(folder), bytes: (await Deno.stat(folder)).size }]
        : await listFiles(folder),
      rows: count,
      largestDifference: difference,
      tolerance: allowed,
      ...(perplexity ? { perplexity } : {}),
      ...(language ? { language } : {}),
      ...(reader ? { reader } : {}),
    };
    const published = await target.publish?.(trained, folder, receipt, { run, signal });
    return published ? { ...receipt, published } : receipt;
  });
}

async function perplexities(
  { trainable: { objective } }: TrainedModel,
  rows: Rows & Pick<Examples, "countsOf">,
  { found, compared }: { readonly found: Outputs; readonly compared: Outputs },
) {
  const countsOf = rows.countsOf?.bind(rows);
  const [written, trained] = await Promise.all(
    [found, compared].map((each) => meanLoss(objective, each, rows, countsOf)),
  );
  return written === undefined || trained === undefined
    ? undefined
    : { trained: Math.exp(trained), written: Math.exp(written) };
}

async function inspected(
  target: DeployTarget,
  trained: TrainedModel,
  folder: string,
  proof: AnswerProof,
): Promise<ReaderProof | undefined> {
  try {
    return await target.inspect?.(trained, folder, proof);
  } catch (error) {
    if (!(error instanceof TunebookError) || error.kind !== "output") throw error;
    throw new TunebookError(
      "output",
      `${target.name}: ${messageOf(error)}\nNothing was written to ${target.folder}.`,
      { cause: error },
    );
  }
}

/** The largest difference that is no mistake for outputs of this size. */
function allowedFor(
  { tolerance, isAbsolute }: { readonly tolerance: number; readonly isAbsolute: boolean },
  outputs: Outputs,
): number {
  const largest = largestOutput(outputs);
  return isAbsolute || !Number.isFinite(largest) ? tolerance : tolerance * Math.max(1, largest);
}
