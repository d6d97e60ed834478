/**
 * How far what a model says is from what its teachers say.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Distributions } from "../../nn/distributions.ts";

/** What teachers say of the same lines as the model, and how much each of them counts. */
export interface TeacherLines {
  /** [n, numbers] of each teacher. */
  readonly lines: readonly Tensor[];
  /** The share of each teacher; their sum is 1. */
  readonly shares: readonly number[];
}

/**
 * The loss of each line, [n]. Of classes T² · KL(p ‖ q), where p is the mean of the teachers' and q the model's
 * softmax of logits ÷ T (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015, arXiv 1503.02531);
 * of independent labels the mean of the same over the labels, each a yes or no; of numbers the mean squared
 * difference from the mean of the teachers, without a temperature. It is 0 where the two say the same.
 *
 * @param lines [n, numbers] of the model
 */
export function softLosses(
  of: Distributions["of"],
  lines: Tensor,
  teachers: TeacherLines,
  temperature: number,
): Tensor {
  if (of === "numbers") {
    const mean = weightedSum(teachers.lines, teachers.shares);
    return tf.mean(tf.square(tf.sub(lines, mean)), -1);
  }
  const losses = of === "classes" ? classLosses : labelLosses;
  const softer = (logits: Tensor) => tf.div(logits, temperature);
  const softened = { ...teachers, lines: teachers.lines.map(softer) };
  return tf.mul(losses(softer(lines), softened), temperature ** 2);
}

function classLosses(lines: Tensor, teachers: TeacherLines): Tensor {
  const said = logOfMean(teachers.lines.map((each) => tf.logSoftmax(each)), teachers.shares);
  return tf.sum(tf.mul(tf.exp(said), tf.sub(said, tf.logSoftmax(lines))), -1);
}

function labelLosses(lines: Tensor, { lines: said, shares }: TeacherLines): Tensor {
  const yes = weightedSum(said.map((each) => tf.sigmoid(each)), shares);
  const logYes = logOfMean(said.map(logSigmoid), shares);
  const logNo = logOfMean(said.map((each) => logSigmoid(tf.neg(each))), shares);
  // What the teachers' own doubt is worth, which no model can go below.
  const doubt = tf.add(tf.mul(yes, logYes), tf.mul(tf.sub(1, yes), logNo));
  return tf.mean(tf.add(ops.binaryCrossEntropy(lines, yes), doubt), -1);
}

/** log σ(x), as 0 − the cross-entropy of a yes. */
function logSigmoid(x: Tensor): Tensor {
  return tf.neg(ops.binaryCrossEntropy(x, tf.onesLike(x)));
}

function weightedSum(all: readonly Tensor[], shares: readonly number[]): Tensor {
  return all.map((each, at) => tf.mul(each, shares[at]) as Tensor)
    .reduce((sum, each) => tf.add(sum, each));
}

/** log Σ share · exp(each), of logarithms. */
function logOfMean(logarithms: readonly Tensor[], shares: readonly number[]): Tensor {
  if (logarithms.length === 1) return logarithms[0];
  const largest = logarithms.reduce((most, each) => tf.maximum(most, each));
  const scaled = logarithms.map((each) => tf.exp(tf.sub(each, largest)) as Tensor);
  return tf.add(tf.log(weightedSum(scaled, shares)), largest);
}
