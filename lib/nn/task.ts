/**
 * The contract of a task. One file under `tasks/` is one task: it says what columns mean, which head
 * the model needs, what the loss is, what an answer is, and how others ask the deployed model.
 *
 * A task goes through three stages, each made by the one before:
 *
 * 1. `Task`: what a person asked for, `textClassification({ text: "review", label: "stars" })`.
 * 2. `LabelledTask`: its labels are known, from the training rows or from a trained model's files.
 * 3. `Examples`: some rows as a model takes them. They know their targets, so that they make the
 *    objective of a training, the predictions that metrics score, and the answers that people read.
 *
 * @module
 */
import type { Splits } from "../table/splits.ts";
import type { Table } from "../table/table.ts";
import type { BatchLayout } from "../text/batch_layout.ts";
import type { MimeBundle } from "../core/display.ts";
import type { Progress } from "../core/progress.ts";
import type { Image } from "../image/image.ts";
import type { Picture } from "../image/picture.ts";
import type { BatchDraw, Feeds, FeedsSoon } from "./feeds.ts";
import type { Objective } from "./objective.ts";
import type { AnyPredictions } from "./predictions.ts";
import type { Processor } from "./processor.ts";
import type { ReaderContract } from "./reader_contract.ts";
import type { Rows } from "./run_over.ts";
import type { RolloutRows } from "./rollout.ts";
import type { RowsTeaching } from "./rows_teaching.ts";
import type { HeldOutRollout } from "./rollout_predictions.ts";
import type { HeadRequest } from "./task_head.ts";
import type { Teaching } from "./teaching.ts";
import type { Writing } from "./writing.ts";

/** What a person wants a model to learn, and where in the rows it stands. */
export interface Task<
  Predicted extends AnyPredictions = AnyPredictions,
  Input = unknown,
  Answer = unknown,
> {
  /** Its name in plan files and on the command line, `token-classification`. */
  readonly name: string;
  /** Which metrics may be asked. */
  readonly kind: Predicted["kind"];
  /** The kind of predictions that are sampled for scores beside these, `rollout`; none unless given. */
  readonly sampledKind?: string;
  /** What its models take; text unless given. */
  readonly input?: "text" | "image";
  /** The settings as plain JSON; `tasks/mod.ts` makes the task from them again. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The task that a folder notes in its place, where a trained model does something else than its training. */
  readonly openedAs?: {
    readonly name: string;
    readonly settings: Readonly<Record<string, unknown>>;
  };
  /** The columns that it reads; a table without one of them is refused. */
  readonly columns: readonly string[];
  /** A column whose values keep their shares when a share of the rows is held out. */
  readonly stratify?: string;
  /** The name of the metric that chooses the best checkpoint where none was asked for. */
  readonly metric: string;
  /** Which settings of `train` that change the loss make sense for it. */
  readonly lossSettings: readonly LossSetting[];
  /**
   * Makes sure that every row can be read, before the table is split, so that rows are counted as
   * the source has them. All bad rows are one error of kind "data".
   */
  checkRows(table: Table, where: string): void;
  /**
   * Makes sure that the training rows can teach what was cut off with the held-out ones; splits with
   * data of their own are not among them.
   */
  checkSplit?(cut: Partial<Splits>): void;
  /**
   * Finds labels that stand in files beside the table, such as those of masks; `withLabels` gets them, and `read` is
   * not asked.
   */
  findLabels?(splits: Splits, signal?: AbortSignal): Promise<readonly string[]>;
  /** Reads the labels of the training rows. */
  read(splits: Splits): LabelledTask<Predicted, Input, Answer>;
  /** The task of a model that is trained already, or of one whose labels are known elsewhere. */
  withLabels(labels: readonly string[]): LabelledTask<Predicted, Input, Answer>;
  /** What the data report compares and counts. */
  readonly report: ReportColumns;
  /**
   * Of each row, whether it has something to show, such as a name; the preview of the data prefers
   * these. Its first rows unless given.
   */
  hasMarks?(table: Table): readonly boolean[];
  /** One row for the preview of the data. */
  preview(table: Table, row: number): { readonly text: string; readonly label: string };
}

/** What the report of the data is made of. */
export interface ReportColumns {
  /** What a row shows the model, in words: rows with the same are duplicates, or leakage. */
  texts(table: Table): readonly unknown[];
  /** What that is, `image`; `text` unless given. */
  readonly noun?: string;
  /** The classes of each row; absent where the task has none. */
  classes?(table: Table): readonly (readonly unknown[])[];
  /** The number to predict of each row; only where it is one. */
  numbers?(table: Table): readonly number[];
}

/** Settings of a training that change its loss. */
export type LossSetting = "labelSmoothing" | "classWeights" | "focalGamma";

/** A task whose labels are known. */
export interface LabelledTask<
  Predicted extends AnyPredictions = AnyPredictions,
  Input = unknown,
  Answer = unknown,
> {
  readonly task: Task<Predicted, Input, Answer>;
  /** The name of each output; empty where outputs have no names. */
  readonly labels: readonly string[];
  /** The metric that chooses the best checkpoint, where the labels say more than the task alone. */
  readonly metric?: string;
  readonly head: HeadRequest;
  /**
   * The same with the labels of a trained head, in its order; `task.withLabels` does it unless given. For
   * tasks that have found out more from the training rows than their labels.
   */
  relabel?(labels: readonly string[]): LabelledTask<Predicted, Input, Answer>;
  /** What others need to know to ask the deployed model. */
  readonly signature: Signature;
  /**
   * How transformers.js asks it on texts. Receipts of a task without this compare what the graph gives
   * for token ids.
   */
  readonly reader?: ReaderContract<Input, Answer>;
  /** How its model is asked to draw; present where answers are images that it makes. */
  readonly drawing?: ImageDrawing<Input, Answer>;
  /** Who writes the answers of the training rows; the rows have their own unless given. */
  readonly writtenBy?: RowsTeaching<Task>;
  /** How its model is asked to write; present where answers are texts that it writes. */
  readonly writing?: Writing<Input>;
  /**
   * Rows → inputs of the model with their targets. `labelled` false is for new rows that nobody has
   * labelled: their examples give answers, no predictions, and an objective that a model is asked with
   * and that has no loss.
   */
  examples(
    table: Table,
    processor: Processor,
    options: ExamplesOptions,
  ): Promise<Examples<Predicted, Answer>>;
  /**
   * Makes sure, before a model is opened, that held-out rows which are data of their own can be read and
   * have no label that is not known. The task's `checkRows` looks at them where this is not given.
   */
  checkHeldOut?(table: Table, where: string): void;
  /** New inputs as a table that `examples` takes, without labels. */
  tableOf(inputs: readonly Input[]): Table;
  /** Answers as a notebook and a terminal show them; plain data unless given. */
  display?(answers: readonly Answer[]): MimeBundle | Promise<MimeBundle>;
  /** What always saying the most frequent label of the training rows would score on others. */
  baseline?(
    train: Examples<Predicted, Answer>,
    held: Examples<Predicted, Answer>,
  ): Baseline;
}

/** The score of an answer that looks at no row. */
export interface Baseline {
  readonly label: string;
  readonly accuracy: number;
}

/** How a deployed model is asked. */
export interface Signature {
  /** The pipeline that asks the model in transformers and transformers.js, `feature-extraction`. */
  readonly pipeline: string;
  /** `task_type` in a PEFT folder; null for tasks that PEFT has no name for, such as those on images. */
  readonly peftTaskType:
    | null
    | "SEQ_CLS"
    | "TOKEN_CLS"
    | "QUESTION_ANS"
    | "FEATURE_EXTRACTION"
    | "CAUSAL_LM"
    | "SEQ_2_SEQ_LM";
  /** The class that opens the whole model in Python, `AutoModelForTokenClassification`. */
  readonly autoClass: string;
  /**
   * For conversations, the template that was asked for, as Jinja or by name; absent inside where the
   * tokenizer's own is used. Deployed folders carry it.
   */
  readonly chat?: { readonly template?: string };
  /** Fields of `config.json` beside the family's, such as `id2label` and `problem_type`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What a reader of a PEFT folder must write in Python beside its two usual lines. */
  readonly python?: {
    /** Arguments of `from_pretrained` of the base model, `num_labels=2`. */
    readonly arguments?: string;
    /** True where PEFT's model for the task does not hand on segments, `token_type_ids`. */
    readonly dropsTypes?: boolean;
  };
}

/** How rows become examples. */
export interface ExamplesOptions {
  /** What errors call the table, `the test data`. */
  readonly where: string;
  /** False for rows without labels; true unless given. */
  readonly labelled?: boolean;
  /** False for rows that are only scored, so that what the loss alone reads may be left out; true unless given. */
  readonly training?: boolean;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a model gave for each sequence, in the order of `Examples.lengths`: the head's numbers, row by
 * row, [outputs] or for heads that read tokens [tokens · outputs], special tokens included and padding
 * left out.
 */
export type Outputs = readonly Float32Array[];

/** The images of rows. */
export interface ExampleImages {
  /** An image at the model's size, as it sees it, RGB. */
  fitted(row: number): Promise<Image>;
  /** An image as its file has it. */
  original(row: number): Promise<Image>;
}

/** Some rows of a table as a model takes them, with their targets. */
export interface Examples<Predicted extends AnyPredictions = AnyPredictions, Answer = unknown> {
  /** Rows of the table. */
  readonly rows: number;
  /** Tokens of each sequence. One row may be several sequences: windows of a text, or a pair. */
  readonly lengths: Int32Array;
  /** How many rows lost tokens to the limit. */
  readonly truncated: number;
  /** Which of a row's texts were cut, in a sentence, where rows have several with limits of their own. */
  readonly cutNote?: string;
  /** What else a person should know of these rows before a training, one line each. */
  readonly notes?: readonly string[];
  /**
   * How much each token of a sequence counts in the loss, 0 for those that are only read, [tokens];
   * absent where that is not told by token.
   */
  countsOf?(sequence: number): ArrayLike<number>;
  /** The feeds of a padded batch of sequences; `draw` in training, where they may change at random. */
  feedsOf(sequences: ArrayLike<number>, draw?: BatchDraw): FeedsSoon;
  /**
   * Whether feeds change by chance in training: those of each row by itself, anew in each epoch, or those of
   * all rows of a batch together. They are always the same unless given.
   */
  readonly changes?: "rows" | "batches";
  /** The feeds of a packed batch; absent where sequences cannot share a row. */
  packedFeedsOf?(sequences: ArrayLike<number>, layout: BatchLayout): Feeds;
  /**
   * What is drawn into batches of a training, each with the numbers of its sequences; every sequence
   * by itself unless given. `batchSize` counts these.
   */
  readonly groups?: readonly (readonly number[])[];
  /**
   * What the model gets of each row, as texts that are equal where it gets the same: so the data report
   * finds repeated rows and leakage; undefined where it gets nothing, such as of a row that was dropped.
   * What the task says of a row in words is compared unless given.
   */
  inputKeys?(): readonly (string | undefined)[];
  /** A row as the model sees it and as training may change it, of tasks on images. */
  pictures?(row: number): Promise<readonly Picture[]>;
  /** The images of rows, of tasks on images. */
  readonly images?: ExampleImages;
  /** Everything that the loss depends on beside the model: a checkpoint is of these rows only. */
  readonly fingerprint: Uint8Array;
  /**
   * What a training has for its rows in the place of these, of tasks whose model samples them itself: these are
   * then its prompts.
   */
  readonly rollouts?: RolloutRows & Pick<Examples, "objective"> & {
    /** Answers these rows as held-out prompts, for scores; without it no metric of answers may be asked. */
    readonly heldOut?: HeldOutRollout;
    /** Whom rollouts ask about the answers, as `open` takes it, and as what; nobody unless given. */
    readonly teacher?: { readonly reference: string; readonly task: Task };
  };
  /** What a training on these rows minimises; of rows without labels what a model is asked with. */
  objective(context: ObjectiveContext): Objective;
  /**
   * The same rows, where losses and predictions compare with the model before the training. A run asks for them before its first
   * step; absent where nothing is compared with that, or is known.
   *
   * @param outputs what the model gives for each sequence before it is trained
   */
  withReference?(outputs: Outputs): Examples<Predicted, Answer>;
  /** Whom a run asks about the rows before their objective is made; absent where nobody is asked. */
  readonly teaching?: Teaching<Task, Objective, Outputs, Examples<Predicted, Answer>>;
  /** What the model said, with what is true. */
  predictions(outputs: Outputs): Predicted;
  /** What the model said, for people: one answer for each row. */
  answers(outputs: Outputs): Answer[];
}

/** What an objective depends on beside the rows. */
export interface ObjectiveContext {
  /** How many tokens the model knows. */
  readonly vocabSize: number;
  /** Numbers of a feature that heads read. */
  readonly hiddenSize: number;
  /** True where a method puts virtual tokens before each sequence. */
  readonly afterVirtualTokens: boolean;
  readonly labelSmoothing?: number;
  /** The weight of each label by name, or `balanced`. */
  readonly classWeights?: "balanced" | Readonly<Record<string, number>>;
  /** The exponent of the focal loss (Lin et al., arXiv 1708.02002). */
  readonly focalGamma?: number;
}

/** What goes along with drawing. */
export interface DrawOptions {
  /** Begins a display of how many of so many steps are done. */
  readonly progress?: (steps: number) => Progress;
  /** Stops with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

/** How held-out images are read. */
export interface HeldOutOptions {
  /** What errors call the table, `the test data`. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
}

/** What drawn images are compared with. */
export interface HeldOutImages<Input = unknown> {
  /** What is asked for, one input for each image. */
  readonly inputs: readonly Input[];
  /** Images of the rows as the model sees them. */
  readonly images: readonly Image[];
}

/** How a model is asked to draw, many times for each image. */
export interface ImageDrawing<Input = unknown, Answer = unknown> {
  /**
   * Makes an image for each input. Inputs that make no sense are one error of kind "input".
   *
   * @param denoise runs the model once over some rows → what it gives for each
   */
  draw(
    inputs: readonly Input[],
    processor: Processor,
    denoise: (rows: Rows & Pick<Examples, "objective">) => Promise<Outputs>,
    options?: DrawOptions,
  ): Promise<Answer[]>;
  /** So many inputs that show what the model draws over a training: its labels in turns, of few steps. */
  samples(count: number): readonly Input[];
  /** Held-out images, and inputs that ask for as many of the same labels. */
  heldOut(
    table: Table,
    processor: Processor,
    options: HeldOutOptions,
  ): Promise<HeldOutImages<Input>>;
}
