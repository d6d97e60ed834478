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
import { methodOfSuggestion, type SearchedPlan, suggestedPlan } from "./suggested_plan.ts";

/** Names of a space that no setting has. */
export function unknownSettings(space: object): Mistake[] {
  return unknownOptions(space, Object.keys(searchedRules), "setting");
}

/**
 * Settings that make no sense at an end of their range or as one of their values. What goes wrong with some
 * settings together is left to the trials, which fail by it.
 */
export function spaceMistakes(
  { dimensions, suggestionOf }: SearchSpace,
  written: Point,
): Mistake[] {
  const found = new Map<string, Mistake>();
  for (const dimension of dimensions) {
    for (const value of endsOf(dimension)) {
      const point = pointAt(dimensions, written, dimension, value);
      const settings = suggestionOf(point) as SearchedSettings;
      for (const mistake of settingMistakes(settings, dimension)) {
        found.set(mistake.told((name) => name), mistake);
      }
    }
  }
  return [...found.values()];
}

/**
 * The written point, or the nearest one in one dimension where its settings do not go together.
 *
 * @throws {TunebookError} of kind `input` with what is wrong with the written one, where there is none.
 */
export function firstPoint(
  plan: SearchedPlan,
  { dimensions, suggestionOf }: SearchSpace,
  written: Point,
): Point {
  const isPlan = (point: Point) =>
    attempt(() => suggestedPlan(plan, suggestionOf(point) as SearchedSettings)).length === 0;
  const others = dimensions.flatMap((each) =>
    endsOf(each).map((value) => pointAt(dimensions, written, each, value))
  );
  const found = [written, ...others].find(isPlan);
  if (found) return found;
  suggestedPlan(plan, suggestionOf(written) as SearchedSettings);
  return written;
}

/** The written point, and it with each value of each choice. */
export function pointsOfChoices(dimensions: readonly Dimension[], written: Point): Point[] {
  const others = dimensions.filter(({ kind }) => kind === "choice").flatMap((each) =>
    endsOf(each).map((value) => pointAt(dimensions, written, each, value))
  );
  return [written, ...others];
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
  if (name === "method") return attempt(() => void methodOfSuggestion(settings.method));
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
