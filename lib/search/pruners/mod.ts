/**
 * The pruners by name, as plan files have them. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { hyperband, type HyperbandOptions } from "./hyperband.ts";
import { medianPruner } from "./median_pruner.ts";
import type { Pruner } from "./pruner.ts";
import { successiveHalving } from "./successive_halving.ts";
import { wilcoxonPruner } from "./wilcoxon_pruner.ts";

const pruners: Readonly<Record<string, (settings: object) => Pruner>> = {
  median: medianPruner,
  successiveHalving,
  hyperband: (settings) => hyperband(settings as HyperbandOptions),
  wilcoxon: wilcoxonPruner,
};

/**
 * Makes a pruner from its name and settings.
 *
 * @throws {TunebookError} of kind `input` for a name that none has, and for settings that make no sense.
 */
export function prunerOf(name: string, settings: Readonly<Record<string, unknown>>): Pruner {
  if (Object.hasOwn(pruners, name)) return pruners[name](settings);
  const known = Object.keys(pruners);
  throw new TunebookError(
    "input",
    `there is no pruner ${JSON.stringify(name)}${didYouMean(name, known)}. Pruners: ${
      known.join(", ")
    }`,
  );
}
