/**
 * What held-out rows look like to the model that was deployed: what served rows are compared with.
 *
 * @module
 */
import { Random } from "../../../core/random.ts";
import type { ShareInterval } from "../accuracy/estimated_accuracy.ts";
import { logOddsOf, type PlattScaling, plattScaling } from "../accuracy/platt_scaling.ts";
import type { RowSignals } from "../signals/row_signals.ts";

/** The file of a deployed folder that has the profile. */
export const profileFile = "watch_profile.json";

/** A version of the file that this program reads. */
export const profileVersion = 1;

/** Rows in a bin of confidences, and how often they were right. */
export interface ProfileBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Their mean confidence, and the share that was right; absent of an empty bin. */
  readonly said?: number;
  readonly right?: number;
}

/** What is known of the probability that the model gives to its answers. */
export interface ProfileCalibration extends PlattScaling {
  readonly bins: readonly ProfileBin[];
  /** The share of the held-out rows that was right. */
  readonly accuracy: ShareInterval;
}

/** Some vectors of held-out rows. */
export interface ProfileVectors {
  /** Numbers of a vector, and how many vectors there are. */
  readonly size: number;
  readonly rows: number;
  /** All of them, a signed byte a number, in base64. */
  readonly bytes: string;
}

/** A reference profile: distributions of held-out rows, and none of their texts. */
export interface ReferenceProfile {
  readonly format: "tunebook watch profile";
  readonly version: number;
  /** The task, `text-classification`. */
  readonly task: string;
  /** False for tasks on images, whose inputs may be paths. */
  readonly readsTexts: boolean;
  /** Held-out rows. */
  readonly rows: number;
  /** By name: values of some rows, sorted, so that nobody sees which row had which. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  /** By name: how many rows have each class. */
  readonly classes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly vectors?: ProfileVectors;
  readonly calibration?: ProfileCalibration;
  /** Scores on the held-out rows with their 95 % intervals. */
  readonly scores: Readonly<Record<string, { mean: number; low: number; high: number }>>;
  /** The id of the token that stands for what the vocabulary lacks. */
  readonly unknownToken?: number;
}

/** What a profile is made of. */
export interface ProfileSource {
  readonly task: string;
  readonly readsTexts: boolean;
  /** Signals of each held-out row. */
  readonly signals: readonly RowSignals[];
  /** Of tasks with one label a row: each answer's probability, and whether it was right. */
  readonly answered?: {
    readonly confidences: ArrayLike<number>;
    readonly isRight: readonly boolean[];
  };
  readonly scores?: ReferenceProfile["scores"];
  /** Of {@link answered}, the share that was right. */
  readonly accuracy?: ShareInterval;
  readonly unknownToken?: number | undefined;
}

/** Values of a number that are kept, and vectors: enough for every test, some tens of kilobytes. */
const [mostValues, mostVectors] = [500, 300];
/** Digits of a value, of the seven that float32 has. */
const digits = 6;
const bins = 10;

/** Makes the profile of some held-out rows; the same rows always give the same one. */
export function referenceProfile(
  { task, readsTexts, signals, answered, accuracy, scores = {}, unknownToken }: ProfileSource,
): ReferenceProfile {
  const random = Random.fromSeed(1, "watch profile");
  const order = random.shuffle(Array.from(signals, (_, row) => row));
  const names = (of: "numbers" | "classes") =>
    [...new Set(signals.flatMap((each) => Object.keys(each[of])))].sort();
  const vectors = order.flatMap((row) => signals[row].vector ?? []).slice(0, mostVectors);
  return {
    format: "tunebook watch profile",
    version: profileVersion,
    task,
    readsTexts,
    rows: signals.length,
    numbers: Object.fromEntries(
      names("numbers").map((name) => [
        name,
        order.flatMap((row) => signals[row].numbers[name] ?? []).slice(0, mostValues)
          .map(roundedValue).sort((a, b) => a - b),
      ]),
    ),
    classes: Object.fromEntries(
      names("classes").map((name) => [
        name,
        commonestFirst(countClasses(signals.flatMap(({ classes }) => classes[name] ?? []))),
      ]),
    ),
    ...(vectors.length > 0 ? { vectors: packed(vectors) } : {}),
    ...(answered && accuracy ? { calibration: calibrationOf(answered, accuracy) } : {}),
    scores,
    ...(unknownToken === undefined ? {} : { unknownToken }),
  };
}

/** A value with as many digits as profiles keep. */
export function roundedValue(value: number): number {
  return Number(value.toPrecision(digits));
}

/** How often each class occurs. */
export function countClasses(classes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * All classes. The rare ones are not counted together here: which they are is by chance, and classes that were common
 * here by chance would be rarer in any other rows.
 */
function commonestFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

function packed(vectors: readonly Int8Array[]): ProfileVectors {
  const size = vectors[0].length;
  const bytes = new Uint8Array(vectors.length * size);
  vectors.forEach((vector, row) =>
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, size), row * size)
  );
  return { size, rows: vectors.length, bytes: bytes.toBase64() };
}

/** The vectors of a profile. */
export function profileVectors({ vectors }: ReferenceProfile): Int8Array[] {
  if (!vectors) return [];
  const bytes = new Int8Array(Uint8Array.fromBase64(vectors.bytes).buffer);
  const { size, rows } = vectors;
  return Array.from({ length: rows }, (_, row) => bytes.subarray(row * size, (row + 1) * size));
}

function calibrationOf(
  { confidences, isRight }: NonNullable<ProfileSource["answered"]>,
  accuracy: ShareInterval,
): ProfileCalibration {
  const logOdds = Float64Array.from(confidences, logOddsOf);
  const sums = Array.from({ length: bins }, () => ({ rows: 0, said: 0, right: 0 }));
  isRight.forEach((right, row) => {
    const bin = sums[Math.min(bins - 1, Math.floor(confidences[row] * bins))];
    bin.rows++;
    bin.said += confidences[row];
    bin.right += Number(right);
  });
  return {
    ...plattScaling(logOdds, isRight),
    bins: sums.map(({ rows, said, right }, at) => ({
      from: at / bins,
      to: (at + 1) / bins,
      rows,
      ...(rows > 0 ? { said: roundedValue(said / rows), right: roundedValue(right / rows) } : {}),
    })),
    accuracy,
  };
}
