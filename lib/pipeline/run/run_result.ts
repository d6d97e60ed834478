/**
 * What a run leaves: scores, receipts and a model that predicts.
 *
 * @module
 */
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { Table } from "../../table/table.ts";
import type { SplitReport } from "../../data/split_report.ts";
import { languageInWords } from "../../deploy/language_receipt.ts";
import { type ComputeDrift, driftInWords } from "../../deploy/compute_drift.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import type { Receipt } from "../../deploy/target.ts";
import type { Baseline } from "../../nn/task.ts";
import type { MethodRecord } from "../../nn/method.ts";
import type { RolloutSample } from "../../nn/rollout.ts";
import type { RolloutPredictions } from "../../nn/rollout_predictions.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { ErrorAnalysis } from "../error_analysis/error_analysis.ts";
import type { ErrorAnalysisOptions } from "../error_analysis/error_analysis_options.ts";
import type { ExplainOptions } from "../explain/explain_options.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { ChangesOptions } from "../changes/changes_options.ts";
import type { ModelChanges } from "../changes/model_changes.ts";
import type { Influence } from "../influence/influence.ts";
import type { InfluenceOptions } from "../influence/influence_options.ts";
import type { LogitLensOptions } from "../lens/lens_options.ts";
import type { LogitLens } from "../lens/logit_lens.ts";
import type { DataSource } from "../plan_spec.ts";
import { quoted } from "../../core/quoted.ts";
import { visible, visibleLines } from "../../core/visible.ts";
import { samplesText } from "../display/samples_display.ts";
import { judgedText } from "../display/judged_answers.ts";
import { chainText } from "../display/chain_table.ts";
import type { Server } from "../../serve/server.ts";
import type { ServeResultOptions } from "../serve/serve_result.ts";
import type { DrawnSample } from "../draw/sample_drawer.ts";
import type { WrittenSample } from "../write/samples.ts";
import type { WinRate } from "../win_rate/win_rate.ts";
import type { PairJudge } from "../../nn/pair_judge.ts";
import type { WinRateOptions } from "../win_rate/win_rate_options.ts";
import type { Writer } from "../write/writer.ts";
import { formatNumber } from "../display/format_number.ts";
import { scoreLines } from "../display/score_lines.ts";
import type { ChosenRanks } from "./choose_ranks.ts";
import type { DeploymentChain } from "./deployment_chain.ts";

/** What a run was, in numbers. */
export interface RunSummary {
  readonly model: string;
  readonly method: string;
  readonly device: string;
  /** Training rows. */
  readonly examples: number;
  readonly epochs: number;
  readonly steps: number;
  /** Steps of this process, fewer than `steps` after a resume. */
  readonly stepsHere: number;
  readonly trainSeconds: number;
  readonly stepsPerSecond: number;
  /** Whether rows were packed, and why: "off: …" or "on: …". */
  readonly packing: string;
  /** In which numbers linear layers were computed in the training, and why: "int8: 41 ms a step, …". */
  readonly compute: string;
  /**
   * In which numbers the scores were computed, and of which linear layers: "float32", or
   * "int8: 37 of 38 linear layers in int8; …".
   */
  readonly evaluateCompute: string;
  /**
   * How far the trained model's outputs in eight bits, those of the scores or else of the training, are from
   * those in float32, which all files have; absent where nothing was in eight bits.
   */
  readonly drift?: ComputeDrift;
  /** What always saying the most frequent label would score, where the task has one. */
  readonly baseline?: Baseline;
  /** What rollouts were worth and how exact they were, in a line, of trainings by rewards. */
  readonly rollout?: string;
  /** What was made of the head that the checkpoint has, where that does not go without saying. */
  readonly headNote?: string;
  /** The models that it learned from beside the labels. */
  readonly teachers?: readonly string[];
  readonly trainedParameters: number;
  readonly totalParameters: number;
  /** The ranks that the validation rows chose, of nested ranks. */
  readonly chosenRanks?: ChosenRanks;
  /** What to know before the scores are believed: few steps, a score below the baseline. */
  readonly notes: readonly string[];
  /**
   * The 95 % interval of each score that is a number, by the scores' names: how far it may be off on
   * other rows of the same kind (bootstrap over the held-out rows).
   */
  readonly intervals: Readonly<Record<string, ScoreInterval>>;
  /** How scores were computed, by their names, to be reported with them: sacreBLEU's signatures. */
  readonly signatures?: Readonly<Record<string, string>>;
}

/** What a run leaves. */
export interface RunResult<
  Scores,
  Predicted extends AnyPredictions = AnyPredictions,
  // Any: what explains an answer depends on the input, so that a result of unknown inputs would take no other.
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> extends RunSummary, Writer<Input> {
  readonly scores: Scores;
  /** What came of the tests of its behaviour; absent where the plan has none. */
  readonly probes?: AnyProbeReport;
  readonly receipts: readonly Receipt[];
  /** What was written, step by step beside the trained model; absent where nothing was. */
  readonly chain?: DeploymentChain;
  /** The folders that were written. */
  readonly outputs: readonly string[];
  /** The loss of each step. */
  readonly losses: readonly number[];
  /** What the method says about the run, such as AdaLoRA's ranks over time. */
  readonly methodRecord?: MethodRecord;
  /** The answers that a training by rewards has sampled in this process, with what they were worth. */
  readonly rollouts?: readonly RolloutSample[];
  /**
   * What the trained model answered to held-out prompts, with its rewards, where a metric of these was asked;
   * `pairedBootstrap(result.judgedBefore!, result.judged!, meanReward)` compares it with the model before.
   */
  readonly judged?: RolloutPredictions;
  /** What the model before the training answered to the same prompts, by the same draws. */
  readonly judgedBefore?: RolloutPredictions;
  /**
   * The scores of the model before its training on the same rows: of all metrics where `evaluate(metrics, { before:
   * true })` asks for them, and of rewards, those of `judgedBefore`.
   */
  readonly scoresBefore?: Readonly<Record<string, unknown>>;
  readonly validations: readonly { readonly step: number; readonly score: number }[];
  readonly splits: SplitReport;
  /** What the model said about the held-out rows. */
  readonly predictions: Predicted;
  /**
   * The held-out rows with what the model said of each, to look through or to write:
   * `await writeTable(result.predictionTable(), "predictions.csv")`. Each row has its number in its source (`row`), its
   * own columns, and those of its kind: `predicted`, `wrong`, `loss` and `probabilities` of labels, `written` and `chrF`
   * of texts.
   *
   * Throws an error of kind "unsupported" for predictions that are not of single rows.
   */
  predictionTable(): Table;
  /**
   * What the model wrote for the held-out rows, with what is right, where a metric of written texts was
   * asked; two runs on the same rows are compared by it, `pairedBootstrap(a.written!, b.written!, bleu)`.
   */
  readonly written?: TextPredictions;
  /** What a model that writes answered to the same inputs before, during and after the training. */
  readonly samples?: readonly WrittenSample[];
  /** What a model that draws made of the same noise before, during and after the training. */
  readonly drawnSamples?: readonly DrawnSample[];
  /** Answers new inputs: texts for text classification, what the task takes for others. */
  predict(inputs: readonly Input[]): Promise<Answer[]>;
  /**
   * Shows why texts and images have their labels: how much each word or region speaks for the label, by
   * `integratedGradients()` or another method, with measures of how faithful that is. A notebook colours the words, and
   * shows maps over images.
   *
   * Throws an error of kind "unsupported" for other tasks and for a method that the model has not, and of kind "input"
   * for a label that is not known, and for texts that are too long for the model.
   */
  explain(inputs: readonly Input[], options?: ExplainOptions): Promise<Explanation<Input>[]>;
  /**
   * Shows what the model would answer after each of its blocks, as if no other one came (the logit lens): labels of
   * texts, the tag of a word, or the next token behind the last tokens of a prompt.
   *
   * Throws an error of kind "unsupported" for other tasks, encoder-decoders and methods with virtual tokens.
   */
  logitLens(inputs: readonly Input[], options?: LogitLensOptions): Promise<LogitLens[]>;
  /**
   * Shows what the training has changed: how large the change of each tensor is beside the tensor and in how many
   * directions it goes (the effective rank), by block and module, and how far the hidden states of held-out rows have
   * moved; of adapters and of full fine-tuning, the head apart.
   *
   * Throws an error of kind "unsupported" for hidden states of models that are no stack of blocks.
   */
  changes(options?: ChangesOptions): Promise<ModelChanges>;
  /**
   * Shows where a classifier is wrong and where its data may be: the held-out rows of largest loss, what is
   * taken for what, rows that are likely labelled wrongly (confident learning, Northcutt et al. 2021),
   * and duplicates within splits and across them, of images also those that look alike. It shows itself in a
   * notebook and a terminal, and `html()` makes a page of it.
   *
   * Throws an error of kind "unsupported" for tasks whose rows have no single label.
   */
  errorAnalysis(options?: ErrorAnalysisOptions): Promise<ErrorAnalysis>;
  /**
   * Which training rows speak for the labels of held-out rows and which against, by the gradients of what was trained
   * (TracIn, Pruthi et al. 2020, arXiv 2002.08484), and which are nearest to the model: so a row that is labelled
   * wrongly is found. `rows` are labelled as the training data are. Each training row costs a forward and a backward
   * pass for each point of the run (`train({ checkpoints, keepCheckpoints: true })` keeps several).
   *
   * Throws an error of kind "unsupported" for losses that no row has by itself, and of kind "data" for rows that
   * cannot be read.
   */
  influence(rows: DataSource, options?: InfluenceOptions): Promise<Influence>;
  /**
   * How often a judge prefers the trained model's answer to that of the model before the training, on held-out prompts
   * or on prompts of one's own: `await result.winRate(async ({ prompt, answers: [a, b] }) => 0)`. The judge is not told
   * who wrote which: a seed draws the order of each pair. A tie counts half, and equal answers are ties.
   *
   * Throws an error of kind "unsupported" for tasks whose model writes no texts, of kind "input" for options that make no
   * sense, and of kind "data" where the judge fails or says something else.
   */
  winRate(judge: PairJudge<Input>, options?: WinRateOptions<Input>): Promise<WinRate>;
  /**
   * Starts a server of the trained model, as `serve` does of folders, under the name `model` unless another one is
   * given. `dispose` stops it.
   */
  serve(options?: ServeResultOptions): Promise<Server>;
  /**
   * Stops the servers of the model and frees it; a second call does nothing. Kept results share a few compiled
   * models anyway.
   */
  dispose(): Promise<void>;
  toString(): string;
}

/** What scores are called, by name. */
export type ScoreTitles = Readonly<Record<string, string>>;

/** A line for each score, and a table for each that is one. */
export function describeScores(
  scores: Readonly<Record<string, unknown>>,
  titles: ScoreTitles = {},
  { intervals = {}, signatures = {}, scoresBefore = {} }:
    & Partial<Pick<RunSummary, "intervals" | "signatures">>
    & Pick<RunResult<unknown>, "scoresBefore"> = {},
): string[] {
  return Object.entries(scores).flatMap(([name, value]) => [
    ...scoreLines(visible(titles[name] ?? name), value, describeInterval(intervals[name])),
    ...(name in scoresBefore ? scoreLines("  before", scoresBefore[name], "") : []),
    ...(name in signatures ? [`    ${signatures[name]}`] : []),
  ]);
}

/** A result in words; `titles` are what its scores are called, by name. */
export function describeResult(
  result:
    & RunSummary
    & Pick<
      RunResult<unknown>,
      | "scores"
      | "probes"
      | "receipts"
      | "chain"
      | "samples"
      | "drawnSamples"
      | "judged"
      | "judgedBefore"
      | "scoresBefore"
    >,
  titles: Readonly<Record<string, string>> = {},
): string {
  const share = 100 * result.trainedParameters / result.totalParameters;
  const { baseline, headNote, stepsHere, steps, samples = result.drawnSamples } = result;
  const continued = stepsHere < steps ? ` (${stepsHere} of them now)` : "";
  const scores = describeScores(result.scores as Record<string, unknown>, titles, result);
  const receipts = result.receipts.map((receipt) => {
    const bytes = receipt.files.reduce((sum, file) => sum + file.bytes, 0);
    const written = receipt.dtype ? `${receipt.target} ${receipt.dtype}` : receipt.target;
    return `  ${written.padEnd(8)} ${receipt.folder} (${(bytes / 1e6).toFixed(1)} MB): ` +
      `largest difference ${smallNumber(receipt.largestDifference)} on ${receipt.rows} ` +
      `held-out rows (allowed ${receipt.tolerance.toExponential(0)})` +
      describePerplexity(receipt) + describeLanguage(receipt) + describeReader(receipt) +
      (receipt.published ? `; published as ${receipt.published.url}` : "");
  });
  return visibleLines([
    `${result.method} on ${result.model}` +
    (result.teachers ? `, taught by ${result.teachers.join(", ")}` : ""),
    steps === 0
      ? `  nothing was trained, on ${result.device}`
      : `  ${result.examples} rows, ${steps} steps${continued} in ` +
        `${result.trainSeconds.toFixed(1)} s (${result.stepsPerSecond.toFixed(2)} steps/s) on ` +
        result.device,
    ...(steps === 0 ? [] : [`  packing ${result.packing}`]),
    ...computeLines(result),
    `  trained ${result.trainedParameters.toLocaleString("en")} of ` +
    `${result.totalParameters.toLocaleString("en")} parameters (${
      share < 0.01 ? share.toFixed(4) : share.toFixed(2)
    } %)`,
    ...(headNote ? [`  ${headNote}`] : []),
    ...(result.rollout ? [`  ${result.rollout}`] : []),
    ...(scores.length > 0 ? [scoresHeading(result), ...scores] : []),
    ...(scores.length > 0 && baseline
      ? [`  (always ${quoted(baseline.label)}: accuracy ${formatNumber(baseline.accuracy)})`]
      : []),
    ...(result.probes ? ["behaviour", indented(String(result.probes))] : []),
    ...result.notes.map((note) => `note: ${note}`),
    ...(result.judged && result.judgedBefore
      ? [judgedText({ judged: result.judged, before: result.judgedBefore })]
      : []),
    ...(samples ? ["samples", indented(samplesText(samples))] : []),
    ...(receipts.length > 0 ? ["deployed", ...receipts] : []),
    ...(result.chain ? [indented(chainText(result.chain))] : []),
  ].join("\n"));
}

/** The arithmetics, unless they are the usual ones, and what they change in the outputs. */
export function computeLines(
  { compute, evaluateCompute, drift, steps }: Pick<
    RunSummary,
    "compute" | "evaluateCompute" | "drift" | "steps"
  >,
): string[] {
  return [
    ...(compute === "float32" || steps === 0 ? [] : [`  compute ${compute}`]),
    ...(drift ? [`  ${driftInWords(drift, evaluateCompute)}`] : []),
  ];
}

/** What stands above the scores: of which rows, and in which numbers where these are not float32. */
export function scoresHeading({ evaluateCompute }: Pick<RunSummary, "evaluateCompute">): string {
  return "scores on held-out rows" +
    (evaluateCompute === "float32" ? "" : `, computed in ${evaluateCompute}`);
}

/** What writing has cost texts, where the target says it. */
function describePerplexity({ perplexity }: Pick<Receipt, "perplexity">): string {
  if (!perplexity) return "";
  const [trained, written] = [perplexity.trained, perplexity.written].map((each) =>
    each.toPrecision(4)
  );
  return `; their perplexity was ${trained} and is ${written}`;
}

/** How far the files are from the trained model on the same tokens. */
function describeLanguage({ language }: Pick<Receipt, "language">): string {
  return language ? `; ${languageInWords(language)}` : "";
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

/** What the folder's reader was found to take from it. */
export function describeReader({ reader }: Pick<Receipt, "reader">): string {
  if (!reader) return "";
  const { settings, answers, webAssembly, server } = reader;
  const process = server
    ? server.inputs > 0
      ? `; its server answers ${server.inputs} inputs as trained, largest difference ` +
        smallNumber(server.largestDifference)
      : "; its server starts and is ready"
    : "";
  if (!answers) return `; ${settings} settings as trained${process}`;
  const { texts } = answers;
  if (answers.inputs === 0) {
    return `; ${settings} settings as trained; ${answers.reader} was asked nothing: ` +
      "every held-out input is longer than the model takes";
  }
  const found = texts && texts.same < texts.compared
    ? `writes ${texts.same} of ${texts.compared} texts and ${texts.sameFirstToken} first tokens as trained`
    : `answers ${answers.inputs} inputs as trained, largest difference ` +
      smallNumber(answers.largestDifference);
  const served = webAssembly
    ? `; its server answers ${webAssembly.inputs} of them by WebAssembly, largest difference ` +
      smallNumber(webAssembly.largestDifference)
    : "";
  return `; ${settings} settings as trained; ${answers.reader} ${found}${served}`;
}

/** ` (0.81 to 0.94 on other rows, 95 %)`, or an empty text where there is no interval. */
function describeInterval(interval: ScoreInterval | undefined): string {
  return interval ? ` (${intervalText(interval)} on other rows, 95 %)` : "";
}

/** `0.81 to 0.94`. */
export function intervalText({ low, high }: ScoreInterval): string {
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

function smallNumber(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}
