/**
 * The samplers by name, as plan files have them. A new one is one file and one line here.
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { autoSampler } from "./auto_sampler.ts";
import { cmaEs } from "./cma_es.ts";
import { evolution } from "./evolution.ts";
import { gaussianProcess } from "./gaussian_process.ts";
import { gridSearch } from "./grid_search.ts";
import { nsga2 } from "./nsga2.ts";
import { quasiRandom } from "./quasi_random.ts";
import { randomSearch } from "./random_search.ts";
import type { SearchSampler } from "./sampler.ts";
import { tpe } from "./tpe.ts";

const samplers: Readonly<Record<string, (settings: object) => SearchSampler>> = {
  auto: withoutSettings("auto", autoSampler),
  tpe,
  gaussianProcess,
  cmaEs,
  evolution,
  nsga2,
  quasiRandom,
  random: withoutSettings("random", randomSearch),
  grid: gridSearch,
};

/**
 * Makes a sampler from its name and settings.
 *
 * @throws {TunebookError} of kind `input` for a name that none has, and for settings that make no sense.
 */
export function samplerOf(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): SearchSampler {
  if (Object.hasOwn(samplers, name)) return samplers[name](settings);
  const known = Object.keys(samplers);
  throw new TunebookError(
    "input",
    `there is no sampler ${JSON.stringify(name)}${didYouMean(name, known)}. Samplers: ${
      known.join(", ")
    }`,
  );
}

function withoutSettings(name: string, made: () => SearchSampler) {
  return (settings: object) => {
    if (Object.keys(settings).length > 0) takesNoOptions(name, [settings]);
    return made();
  };
}
