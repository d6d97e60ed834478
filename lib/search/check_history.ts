/**
 * Checks that trials read from elsewhere are those of this search.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { mistakes } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import type { SearchHistory, Trial } from "./history.ts";
import { type Dimension, isActive, type Point } from "./space/dimension.ts";

/** Throws one error of kind "input" with every trial that does not fit the space or the aims. */
export function checkHistory({ dimensions, better, trials }: SearchHistory): void {
  const wrong = trials.flatMap((trial, at) =>
    trialMistakes(trial, at, dimensions, better.length).map((told) => `trial ${at} ${told}`)
  );
  if (wrong.length > 0) throw mistakes("input", "these trials are of another search:", wrong);
}

/**
 * Throws one error of kind "input" with every choice whose values are not those of an earlier search, or stand in
 * another order: trials know them by their numbers.
 */
export function checkSameChoices(now: readonly Dimension[], earlier: readonly Dimension[]): void {
  const labelsOf = (dimension: Dimension | undefined) =>
    dimension?.kind === "choice" ? dimension.labels : undefined;
  const before = new Map(earlier.map((each) => [each.name, labelsOf(each)]));
  const wrong = now.flatMap((dimension) => {
    const [labels, were] = [labelsOf(dimension), before.get(dimension.name)];
    if (labels === undefined || were === undefined || isDeepStrictEqual(labels, were)) return [];
    return [
      `the values of ${dimension.name} are ${labels.join(", ")}, and were ${were.join(", ")}`,
    ];
  });
  if (wrong.length > 0) throw mistakes("input", "these trials are of another search:", wrong);
}

const endedStates: readonly unknown[] = ["complete", "pruned", "failed"];

function trialMistakes(
  trial: unknown,
  at: number,
  dimensions: readonly Dimension[],
  aims: number,
): string[] {
  if (!isRecord(trial) || !isRecord(trial.point) || !Array.isArray(trial.reports)) {
    return [`is ${shownValue(trial)}`];
  }
  const { number, point, state, values, ended } = trial as unknown as Trial;
  const wrong = pointMistakes(point, dimensions);
  if (number !== at) wrong.push(`has the number ${shownValue(number)}`);
  if (state !== "pending" && !endedStates.includes(state)) {
    wrong.push(`is in the state ${shownValue(state)}`);
  } else if (state !== "pending" && !Number.isSafeInteger(ended)) {
    wrong.push(`does not say when it ended`);
  }
  if (state === "complete" && !(values?.length === aims && values.every(Number.isFinite))) {
    wrong.push(
      `has the values ${shownValue(values)}, but the search has ${aims} aim${
        aims === 1 ? "" : "s"
      }`,
    );
  }
  return wrong;
}

function pointMistakes(point: Point, dimensions: readonly Dimension[]): string[] {
  const known = new Set(dimensions.map(({ name }) => name));
  const unknown = Object.keys(point).filter((name) => !known.has(name))
    .map((name) => `has a value for ${name}, which does not vary`);
  return [
    ...unknown,
    ...dimensions.flatMap((dimension) => {
      const value: number | undefined = point[dimension.name];
      if (!isActive(dimension, point)) {
        return value === undefined
          ? []
          : [`has a value for ${dimension.name} beside another choice`];
      }
      return isInside(dimension, value) ? [] : [`has ${shownValue(value)} for ${dimension.name}`];
    }),
  ];
}

function isInside(dimension: Dimension, value: number | undefined): boolean {
  if (value === undefined || !Number.isFinite(value)) return false;
  if (dimension.kind === "choice") {
    return Number.isInteger(value) && value >= 0 && value < dimension.count;
  }
  const { low, high, step } = dimension;
  return value >= low && value <= high && (step === 0 || Number.isInteger((value - low) / step));
}
