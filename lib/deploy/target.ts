/**
 * The contract of a deploy target, and what every deployment proves: that the files on disk give
 * the same results as the model that was trained.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import type { Device } from "../engine/mod.ts";
import type { ReadBatch, RunBatch } from "../nn/run_over.ts";
import type { ReaderLimits } from "../nn/reader_contract.ts";
import type { Examples, LabelledTask, Outputs } from "../nn/task.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { AnswerProof, AnswerReceipt } from "./ask_reader.ts";
import type { Agreement, ComputeDrift } from "./compute_drift.ts";
import type { WebAssemblyReceipt } from "./edge/web_assembly_receipt.ts";
import type { RowScore } from "./held_out.ts";
import type { RunRecord } from "./hub/run_record.ts";
import type { UploadedCommit } from "./hub/uploaded_commit.ts";
import type { LanguageReceipt } from "./language_receipt.ts";
import type { FileSize } from "./list_files.ts";
import type { ServerReceipt } from "./server/server_receipt.ts";
import type { TrainedModel } from "./trained_model.ts";

/** A model that was opened from files again. */
export interface Reopened {
  readonly run: RunBatch;
  /** How its results are read: those of the evaluation program, or of the exported graph. */
  readonly read: ReadBatch;
  dispose(): Promise<void>;
}

/** What was opened in WebAssembly. */
export interface OpenedInWasm extends Reopened {
  /** Asks the reader's pipeline there, as `inspect` does elsewhere, for some inputs. */
  answers?(proof: AnswerProof, mostInputs: number): Promise<AnswerReceipt>;
}

/** Files that hold a whole model, and what they are held to. Some targets write several forms of it. */
export interface TargetForm {
  /** The type of its numbers, where a target was told which to write. */
  readonly dtype?: string;
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
  /** How much worse the score of held-out rows may be; 0.05 unless given, where scores are from 0 to 1. */
  readonly mostScoreLoss?: number;
  /** The files of this form alone, within the folder; those of no form belong to all. */
  filesOf?(trained: TrainedModel): readonly string[];
  /** Opens the files as browsers do; undefined where they cannot. */
  openInWasm?(
    trained: TrainedModel,
    folder: string,
    device: Device,
  ): Promise<OpenedInWasm | undefined>;
}

/** A way to deploy. One file under `deploy/` is one target. */
export interface DeployTarget extends TargetForm {
  readonly name: string;
  /** Where it is written: a folder, or a file where {@link isFile} says so. */
  readonly folder: string;
  /** What its function takes first, where that is not the folder: a repository. */
  readonly place?: string;
  /** True where one file is written and no folder. */
  readonly isFile?: boolean;
  /** What else the target was given, as plain JSON, so that a plan can be saved. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Where the model lies within the folder, with what belongs beside it; the folder itself unless given. */
  readonly modelFolder?: string;
  /** True where anybody may read the folder: it gets no profile of the held-out rows and no card. */
  readonly isPublic?: boolean;
  /** True where the files are opened together with the base, so that its names stay. */
  readonly needsBase?: boolean;
  /** Throws, before anything is trained, where a model cannot be deployed so. */
  check?(trainable: TrainableModel, about: AboutTraining): void | Promise<void>;
  /** What its reader cannot do with a task, in sentences; they are said before anything is trained. */
  limits?(task: Pick<LabelledTask, "reader">, about: ReaderLimits): readonly string[];
  write(trained: TrainedModel, folder: string): Promise<void>;
  /** The forms of a model, where several may lie side by side; the target itself is as the first of them. */
  formsOf?(trained: TrainedModel): readonly TargetForm[];
  /** Removes what `write` left beside the files for the receipt; called whether all went well or not. */
  discard?(folder: string): Promise<void>;
  /** Brings the proven files elsewhere; what it adds to them is no part of the receipt. */
  publish?(
    trained: TrainedModel,
    folder: string,
    receipt: Receipt,
    about: { readonly run?: RunRecord | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<UploadedCommit>;
}

/** What is known of a training before it begins. */
export interface AboutTraining extends Pick<TrainedModel, "files" | "task" | "processor"> {
  /** The held-out rows as the model reads them. */
  readonly test: Pick<Examples, "lengths" | "feedsOf">;
}

/** What a look at a folder with its reader's eyes proved. */
export interface ReaderProof {
  /** How many settings were compared. */
  readonly settings: number;
  /** What the reader's own pipeline answered, where there is one. */
  readonly answers?: AnswerReceipt;
  /** What the folder's own server answered, where it has one. */
  readonly webAssembly?: WebAssemblyReceipt;
  /** What the server of `serve` answered out of the folder, or out of the file. */
  readonly server?: ServerReceipt;
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

/** What written files proved, one form of them. */
export interface FormProof {
  /** Held-out sequences that were compared, those of as many rows or of fewer. */
  readonly rows: number;
  readonly largestDifference: number;
  /** The largest difference that was allowed for outputs of this size. */
  readonly tolerance: number;
  /** How often the files give the trained model's answer; absent where answers are no labels. */
  readonly agreement?: Agreement;
  /** The files' score of these rows, by the metric that judges the run. */
  readonly score?: RowScore;
  /** Milliseconds for a sequence, in batches of up to 32. */
  readonly milliseconds: number;
  /** The perplexity of these rows, as the metric has it, where the task scores next tokens. */
  readonly perplexity?: { readonly trained: number; readonly written: number };
  /** What both models say at the same tokens, where they are language models. */
  readonly language?: LanguageReceipt;
  /** What its reader takes from the folder beside the model; absent for targets that do not look. */
  readonly reader?: ReaderProof;
  /** The same in WebAssembly, on one thread; absent for files that browsers do not open, or too large for them. */
  readonly wasm?: WasmProof;
}

/** What files gave in WebAssembly, where transformers.js opened them. */
export interface WasmProof
  extends Pick<FormProof, "rows" | "largestDifference" | "agreement" | "score" | "milliseconds"> {
  /** What the pipeline answered to texts. */
  readonly answers?: AnswerReceipt;
}

/** What a deployment proves. */
export interface Receipt extends FormProof {
  readonly target: string;
  readonly folder: string;
  /** The type of the numbers, where a target was told which to write: `q8`. */
  readonly dtype?: string;
  /** The files that a reader of this form takes. */
  readonly files: readonly FileSize[];
  /** Where the files were brought to, and the commit that holds them. */
  readonly published?: UploadedCommit;
  /** What eight bits change in the outputs; absent where neither training nor scores were in int8. */
  readonly drift?: ComputeDrift;
}
