/**
 * Compares served rows with a reference profile: one test for each signal, corrected for their number.
 *
 * @module
 */
import {
  countClasses,
  profileVectors,
  type ReferenceProfile,
  roundedValue,
} from "../profile/reference_profile.ts";
import { type RowSignals, unpackVector } from "../signals/row_signals.ts";
import { holm } from "../../../evaluate/adjust_p_values.ts";
import { chiSquareTest } from "./chi_square.ts";
import { jensenShannonDistance } from "./jensen_shannon.ts";
import { kolmogorovSmirnov } from "./kolmogorov_smirnov.ts";
import { populationStabilityIndex } from "./population_stability_index.ts";
import { twoSampleClassifier } from "./two_sample_classifier.ts";

/** How one signal of served rows differs from the held-out rows'. */
export interface SignalDrift {
  /** `confidence`, `words`, `label`, `language`, `vectors` … */
  readonly signal: string;
  readonly test: "Kolmogorov-Smirnov" | "chi-square" | "classifier";
  /** Rows on both sides that have the signal. */
  readonly reference: number;
  readonly served: number;
  /** True where a side has too few rows to say anything; there is no p-value then. */
  readonly isTooFew: boolean;
  /** The largest difference of shares, Pearson's statistic, or the classifier's area under the curve. */
  readonly statistic?: number;
  readonly pValue?: number;
  /** Corrected by Holm for the tests that were made together. */
  readonly adjusted?: number;
  /** How far the shares in ten bins, or of the classes, have moved. */
  readonly populationStability?: number;
  readonly jensenShannon?: number;
  /** The shares that a chart shows: of bins with their ends, or of classes. */
  readonly shares?: readonly DriftShare[];
}

/** The share of a bin or of a class on both sides. */
export interface DriftShare {
  readonly name: string;
  readonly reference: number;
  readonly served: number;
}

/** Fewer rows on a side say nothing. */
export const leastRows = 30;
const bins = 10;
/** Values of six digits differ by more, as a share of them. */
const leastStep = 1e-7;
/** Classes that are expected less often are tested together (Cochran, 1954). */
const leastExpected = 5;

/** One line for each signal of the profile. */
export function compareRows(
  profile: ReferenceProfile,
  rows: readonly RowSignals[],
): SignalDrift[] {
  const found = [
    ...Object.entries(profile.numbers).map(([name, values]) => numberDrift(name, values, rows)),
    ...Object.entries(profile.classes).map(([name, counts]) => classDrift(name, counts, rows)),
    ...(profile.vectors ? [vectorDrift(profileVectors(profile), rows)] : []),
  ];
  const tested = found.filter(({ pValue }) => pValue !== undefined);
  const adjusted = holm(tested.map(({ pValue }) => pValue!));
  return found.map((each) => {
    const at = tested.indexOf(each);
    return at < 0 ? each : { ...each, adjusted: adjusted[at] };
  });
}

function numberDrift(
  signal: string,
  values: readonly number[],
  rows: readonly RowSignals[],
): SignalDrift {
  const served = rows.flatMap(({ numbers }) => numbers[signal] ?? []).map(roundedValue);
  const about = {
    signal,
    test: "Kolmogorov-Smirnov",
    ...sizes(values.length, served.length),
  } as const;
  if (about.isTooFew) return about;
  const edges = edgesOf(values);
  const counts = [values, served].map((each) => countsIn(each, edges));
  const { statistic, pValue } = kolmogorovSmirnov(values, served);
  const shares = sharesOf(counts, binNames(edges));
  return { ...about, statistic, pValue, ...movesOf(counts), shares };
}

function classDrift(
  signal: string,
  known: Readonly<Record<string, number>>,
  rows: readonly RowSignals[],
): SignalDrift {
  const served = countClasses(rows.flatMap(({ classes }) => classes[signal] ?? []));
  const names = [...new Set([...Object.keys(known), ...served.keys()])];
  const counts = [
    names.map((name) => Object.hasOwn(known, name) ? known[name] : 0),
    names.map((name) => served.get(name) ?? 0),
  ];
  const [reference, total] = counts.map((each) => each.reduce((sum, count) => sum + count, 0));
  const about = { signal, test: "chi-square", ...sizes(reference, total) } as const;
  if (about.isTooFew) return about;
  const merged = mergeRare(counts);
  const { statistic, pValue } = chiSquareTest(merged[0], merged[1]);
  return { ...about, statistic, pValue, ...movesOf(merged), shares: sharesOf(counts, names) };
}

function vectorDrift(known: readonly Int8Array[], rows: readonly RowSignals[]): SignalDrift {
  const served = rows.flatMap(({ vector }) => vector ?? []);
  const about = {
    signal: "vectors",
    test: "classifier",
    ...sizes(known.length, served.length),
  } as const;
  if (about.isTooFew) return about;
  const { statistic, pValue } = twoSampleClassifier(
    known.map(unpackVector),
    served.map(unpackVector),
  );
  return { ...about, statistic, pValue };
}

function sizes(reference: number, served: number) {
  return { reference, served, isTooFew: Math.min(reference, served) < leastRows };
}

/**
 * Nine values that cut the sorted values into ten bins of about equal rows; equal ones are one. Where all
 * values are one value, what is below and above it.
 */
function edgesOf(sorted: readonly number[]): number[] {
  const edges = Array.from(
    { length: bins - 1 },
    (_, at) => sorted[Math.floor((at + 1) * sorted.length / bins)],
  );
  const cuts = [...new Set(edges)].filter((edge) => edge > sorted[0]);
  return cuts.length > 0
    ? cuts
    : [sorted[0], sorted[0] + leastStep * Math.max(1, Math.abs(sorted[0]))];
}

/** How many values lie below the first edge, between edges, and from the last one on. */
function countsIn(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const at = edges.findIndex((edge) => value < edge);
    counts[at < 0 ? edges.length : at]++;
  }
  return counts;
}

function binNames(edges: readonly number[]): string[] {
  const shown = edges.map((edge) => String(Number(edge.toPrecision(3))));
  if (edges.length === 2 && shown[0] === shown[1]) {
    return [`below ${shown[0]}`, shown[0], `above ${shown[0]}`];
  }
  return [
    `below ${shown[0]}`,
    ...shown.slice(1).map((edge, at) => `${shown[at]} to ${edge}`),
    `from ${shown.at(-1)}`,
  ];
}

/**
 * Classes whose smaller expected count is below five, added up as the last one. Both sides together say which those
 * are, so that neither is favoured.
 */
function mergeRare([reference, served]: readonly number[][]): number[][] {
  const totals = [reference, served].map((each) => each.reduce((sum, count) => sum + count, 0));
  const smaller = Math.min(...totals) / (totals[0] + totals[1]);
  const isRare = reference.map((count, at) => (count + served[at]) * smaller < leastExpected);
  return [reference, served].map((counts) => [
    ...counts.filter((_, at) => !isRare[at]),
    counts.reduce((sum, count, at) => isRare[at] ? sum + count : sum, 0),
  ]);
}

function movesOf(
  [reference, served]: readonly number[][],
): Pick<SignalDrift, "populationStability" | "jensenShannon"> {
  return {
    populationStability: populationStabilityIndex(reference, served),
    jensenShannon: jensenShannonDistance(reference, served),
  };
}

function sharesOf(
  [reference, served]: readonly number[][],
  names: readonly string[],
): DriftShare[] {
  const totals = [reference, served].map((each) => each.reduce((sum, count) => sum + count, 0));
  return names.map((name, at) => ({
    name,
    reference: reference[at] / totals[0],
    served: served[at] / totals[1],
  }));
}
