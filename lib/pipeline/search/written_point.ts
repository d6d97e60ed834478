/**
 * The plan as it is written, as a point of a search's space: what is tried first.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { type Dimension, isActive, type Point, pointFrom } from "../../search/space/dimension.ts";
import { isParameter } from "../../search/space/parameter.ts";
import type { SearchSpace } from "../../search/space/search_space.ts";
import { fromUnit, unitOfNumber } from "../../search/space/unit.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { SearchedSettings } from "./plan_space.ts";
import { methodOfSuggestion, type SearchedPlan } from "./suggested_plan.ts";

/** What is kept of the model. */
const keptParts: readonly string[] = ["layers", "heads", "feedForward"];

/**
 * The point nearest to the plan: choices take the plan's own value where they have it and else their first
 * one, numbers the plan's own, the method's or the training's default inside their bounds. What is kept of the
 * model takes the most. What has no default is in the middle of its range.
 */
export function writtenPoint(
  plan: SearchedPlan,
  { dimensions, parameters, suggestionOf }: SearchSpace,
): Point {
  const valueOf = (dimension: Dimension, before: Point) => {
    const [name, field] = namesOf(dimension);
    // Dimensions come after what they depend on, so that the method is known by now.
    const settled = () => filled(dimensions, before, suggestionOf);
    const written = writtenValue(plan, settled, name, field);
    if (dimension.kind === "choice") {
      const values = valuesOf(parameters, name, field);
      return Math.max(0, values.indexOf(written));
    }
    if (keptParts.includes(name) && field === undefined) return dimension.high;
    if (typeof written !== "number") return fromUnit(dimension, 0.5);
    return nearest(dimension, written);
  };
  const point: Record<string, number> = {};
  for (const dimension of dimensions) {
    if (isActive(dimension, point)) point[dimension.name] = valueOf(dimension, point);
  }
  return point;
}

/** The value of a dimension that is nearest to a number. */
export function nearest(dimension: Dimension, value: number): number {
  if (dimension.kind === "choice") return Math.min(dimension.count - 1, value);
  const { low, high, step } = dimension;
  if (step === 0) return Math.min(high, Math.max(low, value));
  return fromUnit(dimension, unitOfNumber(dimension, value));
}

/** `method[0].rank` is the rank of a method; deeper paths have no default. */
function namesOf({ name: path }: Dimension): [name: string, field: string | undefined] {
  const [, name, field] = /^(\w+)(?:\[\d+\])?(?:\.(\w+))?$/.exec(path) ?? [];
  return [name ?? path, field];
}

function writtenValue(
  plan: SearchedPlan,
  settled: () => SearchedSettings,
  name: string,
  field: string | undefined,
): unknown {
  if (name === "model") return plan.model;
  if (name === "quantize") return plan.quantize ?? "float32";
  if (name === "method") {
    if (field === undefined) return plan.method;
    const { method } = settled();
    const given = isRecord(method) && "name" in method ? method.name : undefined;
    // The method's own default, without what is varied.
    return given === undefined ? undefined : defaultOf(String(given), field);
  }
  if (field !== undefined) return undefined;
  const { method = plan.method } = settled();
  const settings = trainSettings(plan.train, method && methodOfSuggestion(method));
  return (settings as unknown as Readonly<Record<string, unknown>>)[name];
}

/** What a method takes for an option that is not given; nothing where one must be. */
function defaultOf(method: string, option: string): unknown {
  try {
    return methodOfSuggestion({ name: method }).settings[option];
  } catch (error) {
    if (error instanceof TunebookError) return undefined;
    throw error;
  }
}

/** What is suggested where the rest of the point is in the middle. */
function filled(
  dimensions: readonly Dimension[],
  before: Point,
  suggestionOf: (point: Point) => unknown,
): SearchedSettings {
  const point = pointFrom(dimensions, (each) => before[each.name] ?? fromUnit(each, 0));
  return suggestionOf(point) as SearchedSettings;
}

/** The values of a choice that stands at the top, or in a field of what does; else none. */
function valuesOf(
  parameters: unknown,
  name: string,
  field: string | undefined,
): readonly unknown[] {
  const top = isRecord(parameters) ? parameters[name] : undefined;
  const found = field === undefined ? top : isRecord(top) ? top[field] : undefined;
  return isParameter(found) && found.kind === "choice" ? found.values : [];
}
