/**
 * The weights of models as a space that is searched.
 *
 * @module
 */
import { type ModelWeights, weightProblems } from "../../combine/merge/tensor_weights.ts";
import { TunebookError } from "../../core/errors.ts";
import { type Point, pointFrom } from "../../search/space/dimension.ts";
import { float } from "../../search/space/float.ts";
import { type SearchSpace, searchSpace } from "../../search/space/search_space.ts";
import { fromUnit } from "../../search/space/unit.ts";
import { nearest } from "../search/written_point.ts";

/** Weights of models by name, in which something varies. */
export type WeightSpace = Readonly<Record<string, unknown>>;

/** Weights that were suggested. */
export type SuggestedWeights = Readonly<Record<string, ModelWeights>>;

/** What makes no sense of a model's weight that may vary; empty where it does. */
export function spaceProblems(space: unknown): string[] {
  return weightProblems(inTheMiddle(space) as ModelWeights);
}

/** Suggested values where something varies. */
function inTheMiddle(space: unknown): unknown {
  try {
    const { dimensions, suggestionOf } = searchSpace({ space });
    return (suggestionOf(pointFrom(dimensions, (each) => fromUnit(each, 0.5))) as {
      readonly space: unknown;
    }).space;
  } catch (error) {
    // Nothing varies: the weight is as it stands.
    if (error instanceof TunebookError) return space;
    throw error;
  }
}

/** The space of all models' weights: what was given, and 0 to 1 where nothing was. */
export function weightSpace(
  weights: SuggestedWeights,
  given: WeightSpace | undefined,
): SearchSpace<SuggestedWeights> {
  const space = given ? { ...weights, ...given } : everyWeight(Object.keys(weights));
  return searchSpace(space) as unknown as SearchSpace<SuggestedWeights>;
}

function everyWeight(names: readonly string[]): WeightSpace {
  return Object.fromEntries(names.map((name) => [name, float(0, 1)]));
}

/**
 * The point nearest to the weights as they are written, which is tried first: a model's one number stands for
 * each of its dimensions, and what has no such number is in the middle.
 */
export function writtenWeights(
  { parameters, dimensions }: SearchSpace<SuggestedWeights>,
  weights: SuggestedWeights,
): Point {
  const owners = ownersOf(parameters as WeightSpace);
  return pointFrom(dimensions, (dimension) => {
    const weight = weights[owners.get(dimension.name)!];
    return typeof weight === "number" && dimension.kind !== "choice"
      ? nearest(dimension, weight)
      : fromUnit(dimension, 0.5);
  });
}

/** The model that each dimension belongs to. */
function ownersOf(space: WeightSpace): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [name, own] of Object.entries(space)) {
    for (const dimension of dimensionsOf({ [name]: own })) owners.set(dimension, name);
  }
  return owners;
}

function dimensionsOf(space: WeightSpace): string[] {
  try {
    return searchSpace(space).dimensions.map(({ name }) => name);
  } catch (error) {
    if (error instanceof TunebookError) return []; // This model's weight stays.
    throw error;
  }
}
