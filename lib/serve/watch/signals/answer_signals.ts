/**
 * What is watched of an answer, whatever the task: how sure it is, which label it has, how long it is.
 *
 * @module
 */
import { isRecord } from "../../../core/objects.ts";
import { Random } from "../../../core/random.ts";
import { packVector, type RowSignals, vectorSize } from "./row_signals.ts";
import { countWords } from "./text_signals.ts";

const nothing: RowSignals = { numbers: {}, classes: {} };

/** Measures an answer of `predict`, or of a model that writes; one that says nothing gives nothing. */
export function answerSignals(answer: unknown): RowSignals {
  if (typeof answer === "string") return written(answer);
  if (answer instanceof Float32Array) {
    return { ...nothing, vector: packVector(projected(answer)) };
  }
  if (!isRecord(answer)) return nothing;
  if (isRecord(answer.probabilities)) return labelled(answer.label, answer.probabilities);
  for (const name of ["spans", "objects", "labels"]) {
    const found = answer[name];
    if (Array.isArray(found)) return several(found);
  }
  const { score, text } = answer;
  const sure: Record<string, number> = {};
  if (typeof score === "number" && Number.isFinite(score)) sure.confidence = score;
  if (typeof text !== "string") return { numbers: sure, classes: {} };
  const { numbers, classes } = written(text);
  return { numbers: { ...numbers, ...sure }, classes };
}

/** An answer of a classifier: its likeliest label's probability, or the number that it gives. */
function labelled(label: unknown, probabilities: Record<string, unknown>): RowSignals {
  if (typeof label === "number") {
    return Number.isFinite(label) ? { numbers: { value: label }, classes: {} } : nothing;
  }
  const numbers = Object.values(probabilities).filter((each) => typeof each === "number");
  return {
    numbers: numbers.length > 0 ? { confidence: Math.max(...numbers) } : {},
    classes: { label: labelClass(Array.isArray(label) ? label : [label]) },
  };
}

/** Spans, objects or areas: how many, which labels, and the mean of their scores. */
function several(found: readonly unknown[]): RowSignals {
  const parts = found.filter(isRecord);
  const scores = parts.flatMap(({ score }) => typeof score === "number" ? [score] : []);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return {
    numbers: { found: parts.length, ...(scores.length > 0 ? { confidence: mean } : {}) },
    classes: { label: labelClass(parts.map(({ label }) => label)) },
  };
}

function written(text: string): RowSignals {
  return { numbers: { "answer words": countWords(text) }, classes: {} };
}

/** One class for each row, so that rows count once: its labels, each once, in one order. */
export function labelClass(labels: readonly unknown[]): string {
  const names = [...new Set(labels.map(String))].sort();
  return names.length === 0 ? "none" : names.join(" + ");
}

/** Signs of a projection by their length, made when they are needed. */
const signs = new Map<number, Int8Array>();

/** A random projection with signs alone, which keeps angles nearly as they are (Achlioptas, 2003). */
function projected(vector: Float32Array): ArrayLike<number> {
  if (vector.length <= vectorSize) return vector;
  const { length } = vector;
  const own = signs.get(length) ?? signsOf(length);
  signs.set(length, own);
  return Float64Array.from({ length: vectorSize }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += own[at * length + i] * vector[i];
    return sum;
  });
}

function signsOf(length: number): Int8Array {
  const random = Random.fromSeed(1, "watch", length);
  return Int8Array.from({ length: length * vectorSize }, () => random.bits() & 1 ? 1 : -1);
}
