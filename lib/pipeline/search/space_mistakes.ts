/**
 * What can be wrong with the space of a search before anything runs.
 *
 * @module
 */
import { unknownOptions, valueMistakes } from "../../core/check_options.ts";
import { messageOf, type Mistake, mistakeOf, TunebookError } from "../../core/errors.ts";
import { type Dimension, type Point, pointFrom } from "../../search/space/dimension.ts";
import type { SearchSpace } from "../../search/space/search_space.ts";
import { parseReference } from "../../weights/reference.ts";
import { searchedRules, type SearchedSettings } from "./plan_space.ts";
import { type SearchedPlan, suggestedMethod, suggestedPlan } from "./suggested_plan.ts";

/** Names of a space that no setting has. */
export function unknownSettings(space: object): Mistake[] {
  return unknownOptions(space, Object.keys(searchedRules), "setting");
}

/**
 * Settings that make no sense at an end of their range or as one of their values, and a plan that makes none
 * as it is written. What goes wrong with some settings together is left to the trials, which fail by it.
 */
export function spaceMistakes(
  plan: SearchedPlan,
  { dimensions, suggestionOf }: SearchSpace,
  written: Point,
): Mistake[] {
  const found = new Map<string, Mistake>();
  const note = (mistake: Mistake) => found.set(mistake.told((name) => name), mistake);
  for (const dimension of dimensions) {
    for (const value of endsOf(dimension)) {
      const point = pointAt(dimensions, written, dimension, value);
      const settings = suggestionOf(point) as SearchedSettings;
      for (const mistake of settingMistakes(settings, dimension)) note(mistake);
    }
  }
  if (found.size === 0) {
    const settings = suggestionOf(written) as SearchedSettings;
    attempt(() => suggestedPlan(plan, settings)).forEach(note);
  }
  return [...found.values()];
}

function endsOf(dimension: Dimension): number[] {
  if (dimension.kind === "choice") return Array.from({ length: dimension.count }, (_, at) => at);
  return [...new Set([dimension.low, dimension.high])];
}

/** The written point with one dimension elsewhere, and what that depends on as it must be. */
function pointAt(
  dimensions: readonly Dimension[],
  written: Point,
  dimension: Dimension,
  value: number,
): Point {
  const fixed = new Map([[dimension.name, value]]);
  const byName = new Map(dimensions.map((each) => [each.name, each]));
  for (let above = dimension.condition; above; above = byName.get(above.name)?.condition) {
    fixed.set(above.name, above.value);
  }
  const first = (each: Dimension) => each.kind === "choice" ? 0 : each.low;
  return pointFrom(dimensions, (each) => fixed.get(each.name) ?? written[each.name] ?? first(each));
}

function settingMistakes(settings: SearchedSettings, { name: path }: Dimension): Mistake[] {
  const name = /^\w+/.exec(path)?.[0] ?? path;
  if (name === "method") return attempt(() => void suggestedMethod(settings.method));
  const wrong = valueMistakes(settings, { [name]: searchedRules[name] });
  if (name !== "model" || wrong.length > 0) return wrong;
  return attempt(() => void parseReference(settings.model!));
}

function attempt(work: () => unknown): Mistake[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    return error.mistakes.length > 0 ? [...error.mistakes] : [mistakeOf(() => messageOf(error))];
  }
}
