/**
 * The evidence of an advice in sentences, question by question.
 *
 * @module
 */
import { percent } from "../../core/percent.ts";
import { quoted } from "../../core/quoted.ts";
import { shortened } from "../../core/text_table.ts";
import { timeText } from "../display/training_view.ts";
import type { MeanInterval } from "./cross_validated.ts";
import { bestBaseline, type Evidence } from "./evidence.ts";

/** A question with what was found. */
export interface Finding {
  readonly question: string;
  /**
   * `obstacle` where it speaks against fine-tuning as planned, `note` where a person should look at it, `unknown`
   * where it could not be answered.
   */
  readonly state: "fine" | "note" | "obstacle" | "unknown";
  readonly answer: string;
}

/** The lower end of the interval of the area under the curve from which rows change with time. */
const leastDrift = 0.65;
/** The area under the curve of what tells nothing. */
const chance = 0.5;
/** The lower end of the interval of the share of wrong labels from which they are cleaned first. */
const leastNoise = 0.05;
/** A wider interval tells nothing. */
const widestNoise = 0.25;
const shownWords = 3;
const shownCharacters = 60;

/** All questions in the order in which they decide. */
export function findingsOf(evidence: Evidence): Finding[] {
  return [
    leakedFinding(evidence),
    ...wordsFinding(evidence),
    ...driftFinding(evidence),
    ...noiseFinding(evidence),
    ...sizeFinding(evidence),
    ...curveFinding(evidence),
    ...headroomFinding(evidence),
    ...gainFinding(evidence),
    methodFinding(evidence),
    ...costFinding(evidence),
    ...evidence.unknown.map((answer): Finding => ({
      question: "What was not answered?",
      state: "unknown",
      answer,
    })),
  ];
}

/** Whether leaks could make a score better by half of the difference that matters. */
export function isLeaking(
  { leakage, difference }: Pick<Evidence, "leakage" | "difference">,
): boolean {
  const { rows, groups, heldOut } = leakage;
  return Math.max(rows.length, groups?.rows ?? 0) > difference / 2 * heldOut;
}

/** Whether the rows change with time, by the order that a person has named. */
export function isDrifting({ drift, difference }: Pick<Evidence, "drift" | "difference">): boolean {
  return drift !== undefined && drift.isTime && changes(drift, difference);
}

function changes(
  { area, loss }: NonNullable<Evidence["drift"]>,
  difference: number,
): boolean {
  return area.low > leastDrift || (loss.low > 0 && loss.mean > difference / 2);
}

/** Whether all rows together cannot show the difference. */
export function isTooSmall({ size }: Pick<Evidence, "size">): boolean {
  return size !== undefined && size.neededRows > size.allRows;
}

/** Whether wrong labels are more than a model should learn from. */
export function isNoisy({ noise }: Pick<Evidence, "noise">): boolean {
  if (!noise) return false;
  const { low, high } = noise.share;
  return low > leastNoise && high - low < widestNoise;
}

/** Whether nothing is left to gain that would matter. */
export function isEasy(
  evidence: Pick<Evidence, "gain" | "difference" | "baselines">,
): boolean {
  const { gain, difference } = evidence;
  // A method that is worse than a classifier on its own vectors was not trained for long enough.
  if (gain) return gain.high < difference && gain.high > 0;
  const best = bestBaseline(evidence);
  return best !== undefined && 1 - best.score.mean < difference;
}

function leakedFinding(evidence: Evidence): Finding {
  const { rows, heldOut, groups, contradictions } = evidence.leakage;
  const [first] = rows;
  const example = first
    ? `, such as ${first.split} row ${first.number}, like training row ${first.trainingNumber}: ` +
      quoted(shortened(first.text, shownCharacters))
    : "";
  const answers = [
    `${count(rows.length)} of ${
      count(heldOut)
    } held-out rows are in the training rows too, the same or ` +
    `nearly so${example}`,
    ...groups ? [`${count(groups.rows)} have a ${groups.column} that training rows have`] : [],
    ...contradictions > 0
      ? [`${count(contradictions)} training rows have a text that has another label in others`]
      : [],
  ];
  return {
    question: "Are held-out rows new to the model?",
    state: isLeaking(evidence)
      ? "obstacle"
      : rows.length > 0 || (groups?.rows ?? 0) > 0 || contradictions > 0
      ? "note"
      : "fine",
    answer: answers.join("; "),
  };
}

function wordsFinding({ leakage: { words }, score }: Evidence): Finding[] {
  if (score !== "accuracy") return [];
  const told = words.slice(0, shownWords).map(({ word, place, label, coverage, precision }) =>
    `${quoted(word)}${place === "anywhere" ? "" : ` as the ${place} word`}, which ` +
    `${percent(coverage)} of ${quoted(label)} have, and ${
      percent(precision)
    } of the rows with it are so`
  );
  return [{
    question: "Does a word give the label away?",
    state: words.length > 0 ? "obstacle" : "fine",
    answer: words.length > 0 ? told.join("; ") : "no single word does",
  }];
}

function driftFinding({ drift, difference, score }: Evidence): Finding[] {
  if (!drift) return [];
  const { order, isTime, area, loss } = drift;
  const isChanging = changes(drift, difference);
  return [{
    question: "Do rows stay alike over time?",
    state: !isChanging ? "fine" : isTime ? "obstacle" : "note",
    answer:
      `by ${order}: a classifier ${area.low > chance ? "tells" : "does not tell"} early from ` +
      `late rows, with an area under the curve of ${
        interval(area)
      } (${chance} is chance), and ${score} on ` +
      `the last 30 % is ${
        interval(loss)
      } higher when rows of all times are learned from than when as many ` +
      "early ones are" +
      (isChanging && !isTime
        ? ". If they stand in the order of time, name it (order), and hold out the last ones"
        : ""),
  }];
}

function sizeFinding(evidence: Evidence): Finding[] {
  const { size, difference, score } = evidence;
  if (!size) return [];
  const { neededRows, testRows, allRows, power, detectable } = size;
  const isShort = neededRows > testRows;
  const remedy = isTooSmall(evidence)
    ? `; all rows together are ${count(allRows)}`
    : isShort
    ? "; hold out so many, or score every row once by cross-validation"
    : "";
  return [{
    question: `Are there enough test rows for a difference of ${difference}?`,
    state: isTooSmall(evidence) ? "obstacle" : isShort ? "note" : "fine",
    answer:
      `${count(neededRows)} show it in four of five samples, and there are ${
        count(testRows)
      }, which ` +
      `show it in ${percent(power)} of them; what they do show is a difference in ${score} of ` +
      `${number(detectable)}${remedy}`,
  }];
}

function curveFinding({ curve, difference, score }: Evidence): Finding[] {
  if (!curve) return [];
  const { points, gain } = curve;
  const line = points.map(({ rows, score }) => `${number(score)} with ${count(rows)}`).join(", ");
  return [{
    question: "Would more training rows help?",
    state: gain.low > difference ? "note" : "fine",
    answer:
      `twice as many are foreseen to add ${interval(gain)} to the ${score} of a linear probe ` +
      `(it has ${line} rows)`,
  }];
}

function noiseFinding(evidence: Evidence): Finding[] {
  const { noise, measured } = evidence;
  if (!noise) return [];
  const [first] = noise.rows;
  const example = first
    ? `; look first at training row ${first.number}, ${quoted(first.label)} rather than ` +
      `${quoted(first.suggested)}: ${quoted(shortened(first.text, shownCharacters))}`
    : "";
  return [{
    question: "Are the labels right?",
    state: isNoisy(evidence) ? "obstacle" : "fine",
    answer: `about ${percent(noise.share.mean)} are likely wrong (${percent(noise.share.low)} to ` +
      `${percent(noise.share.high)}), by the rows on which a classifier is surest${
        measured ? " and by what the best method gets right" : ""
      }${example}`,
  }];
}

function headroomFinding(evidence: Evidence): Finding[] {
  const { baselines, score, difference, gain } = evidence;
  const best = bestBaseline(evidence);
  if (!best) return [];
  const told = baselines.map(({ name, score }) => `${name} ${interval(score)}`).join(", ");
  const left = Math.max(0, 1 - best.score.mean);
  return [{
    question: "How far does one get without fine-tuning?",
    state: !gain && isEasy(evidence) ? "obstacle" : "fine",
    answer: `${score} of ${told}; ${number(left)} are left to gain, and ${difference} matter`,
  }];
}

function gainFinding(evidence: Evidence): Finding[] {
  const { gain, score } = evidence;
  if (!gain) return [];
  return [{
    question: "Does fine-tuning help here?",
    state: isEasy(evidence) ? "obstacle" : gain.low > 0 ? "fine" : "note",
    answer: `${gain.method} adds ${interval(gain)} to the ${score} of ${gain.over}, on ` +
      `${count(gain.rows)} training rows that neither had learned from`,
  }];
}

function methodFinding({ measured, method, reason }: Evidence): Finding {
  const alike = measured && measured.alike.length > 0
    ? `; not to be told apart from it on these rows: ${measured.alike.join(", ")}`
    : "";
  return {
    question: "Which method?",
    state: "fine",
    answer: `${method.method}: ${reason}${alike}`,
  };
}

function costFinding({ cost }: Evidence): Finding[] {
  if (!cost) return [];
  const { seconds, interval: range, bytes, freeBytes, epochs, steps, past } = cost;
  const megabytes = (value: number) => `${count(Math.round(value / 1e7) * 10)} MB`;
  const sure = range
    ? ` (${timeText(range.low)} to ${
      timeText(range.high)
    }, by how ${past.length} measured runs went)`
    : past.length > 0
    ? ` (corrected by ${past.length} measured run${
      past.length === 1 ? "" : "s"
    }, too few for an interval)`
    : " by the rule alone, which may be off by a third, on a busy machine by a factor of two";
  return [{
    question: "What will it take?",
    state: bytes > freeBytes ? "note" : "fine",
    answer: `about ${timeText(seconds)}${sure} for ${epochs} epochs, ${count(steps)} steps, and ` +
      `${megabytes(bytes)} of memory, of which ${megabytes(freeBytes)} are free`,
  }];
}

/** `0.891 (0.872 to 0.908)`. */
function interval({ mean, low, high }: MeanInterval): string {
  return `${number(mean)} (${number(low)} to ${number(high)})`;
}

function number(value: number): string {
  const digits = 3;
  return value.toFixed(digits);
}

function count(value: number): string {
  return value.toLocaleString("en");
}
