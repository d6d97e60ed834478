/**
 * Held-out rows as a person wants to look at them: where the model was most wrong comes first.
 *
 * @module
 */
import type { AnswerPredictions } from "../../nn/answer_predictions.ts";
import type {
  RetrievalPredictions,
  SimilarityPredictions,
} from "../../nn/embedding_predictions.ts";
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import type { TagPredictions } from "../../nn/tag_predictions.ts";
import { chrf } from "../../metrics/chrf.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import { visible } from "../../core/visible.ts";
import { preferenceTable } from "./preference_table.ts";
import { count, type PredictionsTable, ranked } from "./ranked_rows.ts";
import { rowIous, wrongPixels } from "./wrong_pixels.ts";
import { leastOverlap, leastScore, missedAndExtra } from "./missed_boxes.ts";

export type { PredictionsTable } from "./ranked_rows.ts";

const digits = 3;

/** The table of predictions; absent for kinds that are not of single rows. */
export function predictionsTable(predictions: AnyPredictions): PredictionsTable | undefined {
  const make = Object.hasOwn(makers, predictions.kind) ? makers[predictions.kind] : undefined;
  return make?.(predictions as never);
}

const makers: Readonly<Record<string, (predictions: never) => PredictionsTable | undefined>> = {
  single: singleTable,
  multi: multiTable,
  mask: maskTable,
  regression: regressionTable,
  language: languageTable,
  tags: tagsTable,
  answers: answersTable,
  text: textsTable,
  similarity: similarityTable,
  retrieval: retrievalTable,
  boxes: boxesTable,
  preference: preferenceTable,
  reward: preferenceTable,
};

function singleTable(
  { rows, labels, truth, predicted, probabilities }: Predictions<"single">,
): PredictionsTable {
  const chance = (row: number) => probabilities[row * labels.length + predicted[row]];
  const isWrong = (row: number) => predicted[row] !== truth[row];
  // Wrong and sure is worst, right and sure is best.
  const badness = (row: number) => isWrong(row) ? 1 + chance(row) : 1 - chance(row);
  return {
    columns: ["true", "predicted", "probability"],
    numeric: [false, false, true],
    ...ranked(rows, badness),
    wrong: count(rows, isWrong),
    sorting: "wrong ones first, of which the surest; then the least sure",
    cells: (row) => [
      visible(labels[truth[row]]),
      visible(labels[predicted[row]]),
      chance(row).toFixed(digits),
    ],
  };
}

function multiTable(
  { rows, labels, truth, predicted, probabilities }: Predictions<"multi">,
): PredictionsTable {
  const width = labels.length;
  const at = (row: number, label: number) => row * width + label;
  const misses = (row: number) =>
    count(width, (label) => truth[at(row, label)] !== predicted[at(row, label)]);
  const named = (values: ArrayLike<number>, row: number) =>
    labels.flatMap((label, k) => values[at(row, k)] === 1 ? [visible(label)] : []).join(", ") ||
    "none";
  /** The labels that are true or predicted, each with its probability. */
  const chances = (row: number) =>
    labels.flatMap((label, k) =>
      truth[at(row, k)] === 1 || predicted[at(row, k)] === 1
        ? [`${visible(label)} ${probabilities[at(row, k)].toFixed(digits)}`]
        : []
    ).join(", ");
  return {
    columns: ["true", "predicted", "probabilities"],
    numeric: [false, false, false],
    ...ranked(rows, misses),
    wrong: count(rows, (row) => misses(row) > 0),
    sorting: "those with most wrong labels first",
    cells: (row) => [named(truth, row), named(predicted, row), chances(row)],
  };
}

function regressionTable(
  { rows, truth, predicted }: Predictions<"regression">,
): PredictionsTable {
  const difference = (row: number) => predicted[row] - truth[row];
  return {
    columns: ["true", "predicted", "difference"],
    numeric: [true, true, true],
    ...ranked(rows, (row) => Math.abs(difference(row))),
    sorting: "the largest differences first",
    cells: (row) => [truth[row], predicted[row], difference(row)].map(short),
  };
}

function languageTable({ rows, truth, logits }: Predictions<"language">): PredictionsTable {
  return {
    columns: ["tokens", "loss", "perplexity"],
    numeric: [true, true, true],
    ...ranked(rows, (row) => logits[row]),
    sorting: "the highest losses first",
    cells: (row) => [
      String(truth[row]),
      logits[row].toFixed(digits),
      short(Math.exp(logits[row])),
    ],
  };
}

function tagsTable({ rows, labels, truth, predicted }: TagPredictions): PredictionsTable {
  const misses = (row: number) =>
    count(truth[row].length, (word) => truth[row][word] !== predicted[row][word]);
  const name = (tag: number) => visible(labels[tag] ?? "none");
  const wrongs = (row: number) =>
    Array.from(truth[row]).flatMap((tag, word) =>
      tag === predicted[row][word]
        ? []
        : [`word ${word + 1}: ${name(tag)} → ${name(predicted[row][word])}`]
    );
  return {
    columns: ["wrong tags", "true → predicted"],
    numeric: [true, false],
    ...ranked(rows, misses),
    wrong: count(rows, (row) => misses(row) > 0),
    sorting: "those with most wrong tags first",
    cells: (row) => [`${misses(row)} of ${truth[row].length}`, wrongs(row).join(", ")],
  };
}

function maskTable(predictions: MaskPredictions): PredictionsTable {
  const { rows, labels, truth, predicted, ignoredIndex } = predictions;
  const scores = rowIous(predictions);
  return {
    columns: ["mean IoU", "most pixels, true → predicted"],
    numeric: [true, false],
    // A mask of ignored pixels alone has no score.
    ...ranked(rows, (row) => Number.isNaN(scores[row]) ? -1 : 1 - scores[row]),
    sorting: "those with the smallest mean IoU first",
    cells: (row) => [
      short(scores[row]),
      wrongPixels(truth[row], predicted[row], ignoredIndex)
        .map(([own, other, pixels]) =>
          `${visible(labels[own])} → ${visible(labels[other])} ${pixels.toLocaleString("en")}`
        ).join(", "),
    ],
  };
}

function answersTable(
  { rows, truth, predicted, nullDifferences }: AnswerPredictions,
): PredictionsTable {
  const isWrong = (row: number) =>
    truth[row].length === 0 ? predicted[row] !== "" : !truth[row].includes(predicted[row]);
  const shown = (text: string) => text === "" ? "no answer" : visible(text);
  return {
    columns: ["true", "predicted"],
    numeric: [false, false],
    // Far from the other verdict is sure.
    ...ranked(rows, (row) => {
      const sure = Math.tanh(Math.abs(nullDifferences[row]));
      return isWrong(row) ? 1 + sure : 1 - sure;
    }),
    wrong: count(rows, isWrong),
    sorting: "those unlike every true answer first",
    cells: (row) => [
      [...new Set(truth[row])].map(shown).join(" / ") || "no answer",
      shown(predicted[row]),
    ],
  };
}

function textsTable(predictions: TextPredictions): PredictionsTable | undefined {
  const { rows, references, predicted } = predictions;
  if (references.some((each) => each.length === 0)) {
    return {
      columns: ["written"],
      numeric: [false],
      ...ranked(rows, (row) => -row),
      sorting: "in their order",
      cells: (row) => [visible(predicted[row])],
    };
  }
  const { statistics, scoreOf } = chrf.additive!;
  const { size, values } = statistics(predictions);
  const scores = Float64Array.from(
    predicted,
    (_, row) => scoreOf(values.subarray(row * size, (row + 1) * size)),
  );
  return {
    columns: ["reference", "written", "chrF"],
    numeric: [false, false, true],
    ...ranked(rows, (row) => -scores[row]),
    sorting: "those least like a reference first",
    cells: (row) => [
      [...new Set(references[row])].map(visible).join(" / "),
      visible(predicted[row]),
      short(scores[row]),
    ],
  };
}

function similarityTable({ rows, truth, cosines }: SimilarityPredictions): PredictionsTable {
  const [trueRanks, ranks] = [ranksOf(truth), ranksOf(cosines)];
  return {
    columns: ["true score", "cosine"],
    numeric: [true, true],
    ...ranked(rows, (row) => Math.abs(trueRanks[row] - ranks[row])),
    sorting: "those whose ranks by score and by cosine are farthest apart first",
    cells: (row) => [short(truth[row]), cosines[row].toFixed(digits)],
  };
}

/** Absent where several rows have the same query: ranks are of queries, not of rows. */
function retrievalTable(
  { rows, ranks, corpus }: RetrievalPredictions,
): PredictionsTable | undefined {
  if (ranks.length !== rows) return undefined;
  const best = (row: number) => Math.min(...ranks[row]);
  return {
    columns: ["rank of the right text"],
    numeric: [true],
    ...ranked(rows, best),
    wrong: count(rows, (row) => best(row) !== 1),
    sorting: "those whose right text was found last first",
    cells: (row) => [`${best(row).toLocaleString("en")} of ${corpus.toLocaleString("en")}`],
  };
}

function boxesTable({ rows, labels, truth, predicted }: BoxPredictions): PredictionsTable {
  const each = truth.map((own, row) => missedAndExtra(own, predicted[row]));
  const named = (boxes: readonly { readonly label: number }[]) => {
    const counts = [...Map.groupBy(boxes, ({ label }) => label)];
    return counts.map(([label, { length }]) => `${length} ${visible(labels[label])}`).join(", ");
  };
  const wrong = (row: number) => each[row].missed.length + each[row].extra.length;
  return {
    columns: ["true", "missed", "found where none is"],
    numeric: [false, false, false],
    ...ranked(rows, wrong),
    wrong: count(rows, (row) => wrong(row) > 0),
    sorting: `those with most wrong objects first (score from ${leastScore}, overlap from ` +
      `${leastOverlap})`,
    cells: (
      row,
    ) => [named(truth[row]) || "nothing", named(each[row].missed), named(each[row].extra)],
  };
}

function ranksOf(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, row) => row).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  order.forEach((row, rank) => ranks[row] = rank);
  return ranks;
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "undefined";
}
