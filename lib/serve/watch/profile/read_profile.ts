/**
 * Reads the reference profile of a deployed folder.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, mistakes, TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";
import { parseJson } from "../../../core/parse_json.ts";
import { readText } from "../../../core/read_text.ts";
import { shownValue } from "../../../core/shown_value.ts";
import { profileFile, profileVersion, type ReferenceProfile } from "./reference_profile.ts";

/** A profile is some tens of kilobytes. */
const mostBytes = 20e6;

/**
 * The profile of a folder that tunebook deployed. Throws an error of kind "data" where there is none, and
 * one with all that is wrong with a file that was changed.
 */
export async function readProfile(folder: string): Promise<ReferenceProfile> {
  const path = join(folder, profileFile);
  let value: unknown;
  try {
    const { size } = await Deno.stat(path);
    if (size > mostBytes) throw new Error(`it has ${size} bytes`);
    value = parseJson(await readText(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new TunebookError(
        "data",
        `${folder} has no ${profileFile}, with which served rows are compared. A run of a plan writes it ` +
          "into each folder that it deploys; deploy the model again",
      );
    }
    throw new TunebookError("data", `${path} cannot be read: ${messageOf(error)}`);
  }
  return checkProfile(value, path);
}

/** A value of JSON as a profile; all that is wrong with it is one error of kind "data". */
export function checkProfile(value: unknown, path: string): ReferenceProfile {
  if (!isRecord(value) || value.format !== "tunebook watch profile") {
    throw new TunebookError("data", `${path} is no reference profile; its format is not said`);
  }
  if (value.version !== profileVersion) {
    throw new TunebookError(
      "unsupported",
      `${path} has version ${shownValue(value.version)}; this tunebook reads ${profileVersion}`,
    );
  }
  const wrong = [
    ...(typeof value.task === "string" ? [] : ["task is no text"]),
    ...(typeof value.readsTexts === "boolean" ? [] : ["readsTexts is neither true nor false"]),
    ...(isCount(value.rows) ? [] : [`rows is ${shownValue(value.rows)}, not a number of rows`]),
    ...recordMistakes(
      value.numbers,
      "numbers",
      (values) => Array.isArray(values) && values.every((each) => Number.isFinite(each)),
    ),
    ...recordMistakes(
      value.classes,
      "classes",
      (counts) => isRecord(counts) && Object.values(counts).every(isCount),
    ),
    ...recordMistakes(
      value.scores,
      "scores",
      (score) =>
        isRecord(score) && ["mean", "low", "high"].every((name) => Number.isFinite(score[name])),
    ),
    ...vectorMistakes(value.vectors),
    ...calibrationMistakes(value.calibration),
    ...(value.unknownToken === undefined || isCount(value.unknownToken)
      ? []
      : ["unknownToken is no token id"]),
  ];
  if (wrong.length > 0) throw mistakes("data", `${path} is damaged:`, wrong);
  return value as unknown as ReferenceProfile;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function recordMistakes(
  value: unknown,
  name: string,
  fits: (each: unknown) => boolean,
): string[] {
  if (!isRecord(value)) return [`${name} is ${shownValue(value)}, not an object`];
  return Object.entries(value).filter(([, each]) => !fits(each))
    .map(([key]) => `${name}.${key} is not what it should be`);
}

function vectorMistakes(value: unknown): string[] {
  if (value === undefined) return [];
  if (!isRecord(value) || !isCount(value.size) || !isCount(value.rows)) {
    return ["vectors says no size and rows"];
  }
  try {
    const { length } = Uint8Array.fromBase64(String(value.bytes));
    const wanted = Number(value.size) * Number(value.rows);
    return length === wanted ? [] : [`vectors has ${length} bytes, not ${wanted}`];
  } catch {
    return ["vectors.bytes is not in base64"];
  }
}

function calibrationMistakes(value: unknown): string[] {
  if (value === undefined) return [];
  if (!isRecord(value)) return ["calibration is no object"];
  const { covariance, accuracy, bins } = value;
  return [
    ...["slope", "intercept"].filter((name) => !Number.isFinite(value[name]))
      .map((name) => `calibration.${name} is no number`),
    ...(Array.isArray(covariance) && covariance.length === 3 && covariance.every(Number.isFinite)
      ? []
      : ["calibration.covariance is not three numbers"]),
    ...(isRecord(accuracy) &&
        ["mean", "low", "high", "rows"].every((name) => Number.isFinite(accuracy[name]))
      ? []
      : ["calibration.accuracy is no share with its interval"]),
    ...(Array.isArray(bins) && bins.every(isRecord) ? [] : ["calibration.bins is no list"]),
  ];
}
