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
import type { DeployTarget } from "./target.ts";

/** Target name → what makes it from its folder. */
export const targets: Readonly<Record<string, (folder: string) => DeployTarget>> = {
  adapter,
  merged,
  onnx,
};

/** Makes a target from its name, as a plan file has it. */
export function targetOf(name: string, folder: string): DeployTarget {
  if (Object.hasOwn(targets, name)) return targets[name](folder);
  const known = Object.keys(targets);
  throw new TunebookError(
    "input",
    `there is no deploy target "${name}"${didYouMean(name, known)}. Targets: ${known.join(", ")}`,
  );
}
