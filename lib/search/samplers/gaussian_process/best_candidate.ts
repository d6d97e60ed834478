/**
 * Looks for the point of the most expected improvement: many points spread over the space and around the
 * best trials, the best of which are improved step by step, numbers along the gradient and the others
 * value by value.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import type { SearchHistory } from "../../history.ts";
import { type Dimension, type Point, pointFrom } from "../../space/dimension.ts";
import { fromUnit, toUnit } from "../../space/unit.ts";
import { spreadPoints } from "../quasi_random.ts";
import { encodedPoint } from "./encoded_point.ts";
import { minimizeBetween } from "./minimize_between.ts";

/** Points that are spread over the space, and those around each of the best trials. */
const spreadCount = 1024;
const pointsAround = 16;
/** How far the latter lie off, as a share of the range; each of them as often. */
const distances = [0.1, 0.01, 0.001];
/** Points that are improved, and rounds at most. */
const improvedPoints = 8;
const mostRounds = 6;
/** Dimensions with so many values or fewer are tried at all of them. */
const fewValues = 16;

/** A number for a point, larger is better; with its derivatives by the coordinates where they are asked. */
export type Score = (encoded: Float64Array, slopes?: Float64Array) => number;

interface Candidate {
  readonly point: Point;
  readonly score: number;
}

/** @param best the points of the best trials, around which more points lie */
export function bestCandidate(
  history: SearchHistory,
  score: Score,
  best: readonly Point[],
  random: Random,
): Point {
  const { dimensions, trials } = history;
  const scored = (point: Point) => ({ point, score: score(encodedPoint(dimensions, point)) });
  const spreadAt = spreadPoints({ ...history, seed: random.bits() });
  const spread = Array.from({ length: spreadCount }, (_, at) => spreadAt(at));
  const around = best.flatMap((point) =>
    Array.from(
      { length: pointsAround },
      (_, at) => pointBeside(dimensions, point, distances[at % distances.length], random),
    )
  );
  const first = [...spread, ...around].map(scored).sort(byScore).slice(0, improvedPoints);
  const improved = first.map((candidate) => improve(candidate, dimensions, score, scored));
  const tried = new Set(trials.map(({ point }) => keyOf(dimensions, point)));
  const ranked = [...improved, ...first].sort(byScore);
  const fresh = ranked.find(({ point }) => !tried.has(keyOf(dimensions, point)));
  return (fresh ?? ranked[0]).point;
}

const byScore = (a: Candidate, b: Candidate) => b.score - a.score;

function keyOf(dimensions: readonly Dimension[], point: Point): string {
  return dimensions.map(({ name }) => point[name] ?? "").join(" ");
}

function pointBeside(
  dimensions: readonly Dimension[],
  point: Point,
  distance: number,
  random: Random,
): Point {
  return pointFrom(dimensions, (dimension) => {
    const value: number | undefined = point[dimension.name];
    if (value === undefined) return fromUnit(dimension, random.uniform());
    if (dimension.kind === "choice") return value;
    const unit = toUnit(dimension, value) + distance * random.normal();
    return fromUnit(dimension, Math.min(1, Math.max(0, unit)));
  });
}

function improve(
  begun: Candidate,
  dimensions: readonly Dimension[],
  score: Score,
  scored: (point: Point) => Candidate,
): Candidate {
  let best = begun;
  for (let round = 0; round < mostRounds; round++) {
    const before = best.score;
    best = better(best, scored(alongGradient(best.point, dimensions, score)));
    for (const dimension of dimensions) {
      for (const value of otherValues(dimension, best.point)) {
        best = better(best, scored(withValue(dimensions, best.point, dimension, value)));
      }
    }
    if (best.score <= before || !dimensions.some(isDiscrete)) break;
  }
  return best;
}

function better(a: Candidate, b: Candidate): Candidate {
  return b.score > a.score ? b : a;
}

const isDiscrete = (dimension: Dimension) => dimension.kind === "choice" || dimension.step > 0;

function alongGradient(point: Point, dimensions: readonly Dimension[], score: Score): Point {
  const places = dimensions.flatMap((dimension, place) =>
    !isDiscrete(dimension) && Object.hasOwn(point, dimension.name) ? [place] : []
  );
  if (places.length === 0) return point;
  const encoded = encodedPoint(dimensions, point);
  const slopes = new Float64Array(encoded.length);
  const { point: units } = minimizeBetween(
    (at, gradient) => {
      places.forEach((place, i) => encoded[place] = at[i]);
      const value = score(encoded, slopes);
      places.forEach((place, i) => gradient[i] = -slopes[place]);
      return -value;
    },
    Float64Array.from(places, (place) => encoded[place]),
    { low: 0, high: 1, steps: 60 },
  );
  const moved = places.map((place, i) => {
    const dimension = dimensions[place];
    return [dimension.name, fromUnit(dimension, units[i])];
  });
  return { ...point, ...Object.fromEntries(moved) };
}

/** The values that a dimension without a gradient may take instead: all, or those at 1, 2, 4 … steps. */
function otherValues(dimension: Dimension, point: Point): number[] {
  const value: number | undefined = point[dimension.name];
  if (value === undefined) return [];
  const [low, high, step] = dimension.kind === "choice"
    ? [0, dimension.count - 1, 1]
    : [dimension.low, dimension.high, dimension.step];
  if (step === 0) return [];
  const count = Math.round((high - low) / step) + 1;
  const values = count <= fewValues
    ? Array.from({ length: count }, (_, at) => low + at * step)
    : Array.from({ length: Math.ceil(Math.log2(count)) }, (_, power) => 2 ** power * step)
      .flatMap((away) => [value - away, value + away]);
  return values.filter((each) => each !== value && each >= low && each <= high);
}

/** A point with another value; what has a value only beside that one stands in its middle. */
function withValue(
  dimensions: readonly Dimension[],
  point: Point,
  changed: Dimension,
  value: number,
): Point {
  const next: Point = { ...point, [changed.name]: value };
  return pointFrom(
    dimensions,
    (dimension) => next[dimension.name] ?? fromUnit(dimension, 0.5),
  );
}
