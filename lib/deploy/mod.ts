/**
 * The deploy targets. A new one is one file and one line here.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { adapter } from "./adapter.ts";
import { adapters } from "./adapters.ts";
import { browser } from "./browser.ts";
import { container } from "./container.ts";
import { edge } from "./edge.ts";
import { executable } from "./executable.ts";
import { gguf } from "./gguf.ts";
import { hub } from "./hub.ts";
import { merged } from "./merged.ts";
import { mobile } from "./mobile.ts";
import { onnx } from "./onnx.ts";
import { sentenceTransformers } from "./sentence_transformers.ts";
import type { DeployTarget } from "./target.ts";

type Make = (folder: string, options: never) => DeployTarget;

/** The targets by name: each refuses the options that it does not know. */
export const targets: Readonly<Record<string, Make>> = {
  adapter,
  adapters,
  browser,
  container,
  edge,
  executable,
  gguf,
  hub,
  merged,
  mobile,
  onnx,
  sentenceTransformers: withoutOptions("sentenceTransformers", sentenceTransformers),
};

function withoutOptions(name: string, make: (folder: string) => DeployTarget): Make {
  return (folder, options) => {
    checkOptions(name, options, {});
    return make(folder);
  };
}

/** Makes a target from its name, as a plan file has it. */
export function targetOf(
  name: string,
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
): DeployTarget {
  if (Object.hasOwn(targets, name)) return targets[name](folder, options as never);
  const known = Object.keys(targets);
  throw new TunebookError(
    "input",
    `there is no deploy target ${JSON.stringify(name)}${didYouMean(name, known)}. Targets: ${
      known.join(", ")
    }`,
  );
}
