/**
 * Methods and targets of the matrix with the settings that tiny models need.
 *
 * @module
 */
import { join } from "node:path";
import { methodOf } from "../../lib/adapters/mod.ts";
import { targetOf } from "../../lib/deploy/mod.ts";
import type { DeployTarget } from "../../lib/deploy/target.ts";
import type { Method } from "../../lib/nn/method.ts";

/** Smaller than the defaults; a method that is not here has its own. */
const methodSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  lora: { rank: 2 },
  qlora: { rank: 2 },
  // Ranks are reallocated in the last step; by default it would be the first one of two.
  adalora: { initialRank: 4, targetRank: 2, finalSteps: 0 },
  vera: { rank: 4 },
  prompt_tuning: { tokens: 2 },
  p_tuning: { tokens: 2 },
  prefix_tuning: { tokens: 2 },
};

/** @param folder where a PEFT folder lies that `peft` goes on from */
export function toyMethod(name: string, folder: string): Method {
  return methodOf(name, name === "peft" ? { folder } : methodSettings[name] ?? {});
}

/** Where a target writes within the folder. */
const places: Readonly<Record<string, string>> = { gguf: "gguf/model.gguf" };

/** Targets that round, which may turn every answer of a model that has learned for two steps. */
const roundedTargets: readonly string[] = ["gguf", "mobile"];

/** @param hub the address of a hub that takes uploads */
export function toyTarget(name: string, folder: string, hub: string): DeployTarget {
  if (name === "hub") {
    return targetOf(name, "org/name", { endpoint: hub, folder: join(folder, name) });
  }
  const options = roundedTargets.includes(name) ? { mostScoreLoss: 1 } : {};
  return targetOf(name, join(folder, places[name] ?? name), options);
}

/** Targets that start a server in a process of its own, which takes seconds. */
export const serverTargets: readonly string[] = ["container", "edge", "executable"];

/** Targets that write little and start nothing, the cheapest first. */
export const cheapTargets: readonly string[] = ["adapter", "merged"];

/** Targets whose check costs seconds beside that of `merged`, which it begins with. */
export const checkedByOthers: readonly string[] = ["executable"];

/** Targets whose folder or file `open` takes. */
export const openedTargets: readonly string[] = [
  "adapter",
  "gguf",
  "hub",
  "merged",
  "sentenceTransformers",
];
