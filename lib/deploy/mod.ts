/**
 * The deploy targets. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { adapter } from "./adapter.ts";
import { merged } from "./merged.ts";
import { onnx } from "./onnx.ts";
import { sentenceTransformers } from "./sentence_transformers.ts";
import type { DeployTarget } from "./target.ts";

interface Target {
  /** The names of its options. */
  readonly options: readonly string[];
  make(folder: string, options: never): DeployTarget;
}

/** The targets by name. */
export const targets: Readonly<Record<string, Target>> = {
  adapter: { options: [], make: adapter },
  merged: { options: ["quantize", "mostDrift"], make: merged },
  onnx: { options: ["dequantise"], make: onnx },
  sentenceTransformers: { options: [], make: sentenceTransformers },
};

/** Makes a target from its name, as a plan file has it. */
export function targetOf(
  name: string,
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
): DeployTarget {
  if (Object.hasOwn(targets, name)) {
    const target = targets[name];
    const unknown = Object.keys(options).filter((option) => !target.options.includes(option));
    if (unknown.length === 0) return target.make(folder, options as never);
    throw new TunebookError(
      "input",
      unknown.map((option) =>
        `${name} has no option ${option}${didYouMean(option, target.options)}`
      ).join("; "),
    );
  }
  const known = Object.keys(targets);
  throw new TunebookError(
    "input",
    `there is no deploy target "${name}"${didYouMean(name, known)}. Targets: ${known.join(", ")}`,
  );
}
