/**
 * Reads `preprocessor_config.json`: today's keys, and those of older files.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type ResampleName, resampleNames } from "../resample/filters.ts";
import type { PixelSize } from "../pixel_size.ts";
import type { SizeConfig } from "./output_size.ts";
import { type ConfigRecord, processorDefaults, takesShortestEdge } from "./processor_defaults.ts";

/** Everything that a processor does to an image, in the order in which it does it. */
export interface ProcessorSteps {
  /** `ViT`, `Detr`: the name of the class without `ImageProcessor`. */
  readonly name: string;
  /** How images are resized, if they are. */
  readonly resize?: { readonly size: SizeConfig; readonly filter: ResampleName };
  /** ConvNext: the share of the resized image that is kept where the size is below 384. */
  readonly cropShare?: number;
  /** The middle that is kept. */
  readonly crop?: PixelSize;
  /** What pixels are multiplied with. */
  readonly rescale?: number;
  /** EfficientNet: taken from the pixels after that. */
  readonly offset: number;
  /** By channel. */
  readonly normalize?: Deviations;
  /** EfficientNet: divided by the deviation once more. */
  readonly normalizesTwice: boolean;
  /** The size that batches are filled up to. */
  readonly pad?: PixelSize;
  /** Whether images of a batch are filled up to the largest. */
  readonly padsBatch: boolean;
  /** Labels of masks count from 1, and 0 is not learnt. */
  readonly reducesLabels: boolean;
  /** The keys of the file with all defaults, as it is written for a deployed folder. */
  readonly config: ConfigRecord;
}

/** A mean and a standard deviation for each of red, green and blue. */
export interface Deviations {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Reads a config. Throws a `TunebookError`: kind "weights" with all values that make no sense, "unsupported" for a
 * processor that is not known.
 *
 * @param where the file, in errors
 */
export function processorSteps(given: unknown, where: string): ProcessorSteps {
  if (!isRecord(given)) {
    throw new TunebookError("weights", `${where} is ${shownValue(given)}, but must be an object`);
  }
  const name = nameOf(given, where);
  const config = completed(given, name);
  const wrong: string[] = [];
  const read = reader(config, wrong);
  const convNext = name === "ConvNext" ? read("crop_pct", isPositive, "a number above 0") : 0;
  const [resamples, size] = [read("resample", isResample, "0 to 5"), sizeIn(config.size)];
  const crop = config.do_center_crop ? squareIn(config.crop_size) : undefined;
  const pad = config.pad_size ? squareIn(config.pad_size) : undefined;
  if (config.do_resize && !size) wrong.push(sizeMistake("size", config.size));
  if (config.do_center_crop && !crop) wrong.push(sizeMistake("crop_size", config.crop_size));
  if (config.pad_size && !pad) wrong.push(sizeMistake("pad_size", config.pad_size));
  const rescale = config.do_rescale ? read("rescale_factor", isPositive, "a number above 0") : 0;
  const normalize = config.do_normalize || config.include_top === true
    ? {
      mean: read("image_mean", isTriple, "three numbers"),
      std: read("image_std", isTripleAbove0, "three numbers above 0"),
    }
    : undefined;
  if (wrong.length > 0) throw mistakes("weights", `${where} makes no sense:`, wrong);
  return {
    name,
    ...(config.do_resize ? { resize: { size: size!, filter: resampleNames[resamples] } } : {}),
    ...(name === "ConvNext" ? { cropShare: convNext } : {}),
    ...(crop ? { crop } : {}),
    ...(config.do_rescale ? { rescale } : {}),
    offset: config.rescale_offset === true ? 1 : 0,
    ...(normalize && config.do_normalize ? { normalize } : {}),
    normalizesTwice: config.include_top === true,
    ...(pad && config.do_pad ? { pad } : {}),
    padsBatch: config.do_pad === true,
    reducesLabels: config.do_reduce_labels === true,
    config,
  };
}

function nameOf(given: ConfigRecord, where: string): string {
  const type = given.image_processor_type ?? given.feature_extractor_type;
  const known = Object.keys(processorDefaults);
  const name = typeof type === "string"
    ? type.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, "")
    : undefined;
  if (name !== undefined && Object.hasOwn(processorDefaults, name)) return name;
  const names = `${known.map((each) => `${each}ImageProcessor`).join(", ")}`;
  throw new TunebookError(
    "unsupported",
    name === undefined
      ? `${where} has no image_processor_type; known ones are ${names}`
      : `${where} has the image_processor_type ${quoted(String(type))}, which is not known` +
        `${didYouMean(name, known)}; known ones are ${names}`,
  );
}

/** Keys that older files have, and keys that only say how the file is stored. */
const replaced = ["feature_extractor_type", "image_processor_type", "max_size", "reduce_labels"];

/** All keys with their defaults, in today's form. */
function completed(given: ConfigRecord, name: string): ConfigRecord {
  const defaults = processorDefaults[name];
  const own = Object.fromEntries(
    Object.entries(given).filter(([key, value]) =>
      !replaced.includes(key) && value !== null && value !== undefined
    ),
  );
  if (given.reduce_labels !== undefined && given.do_reduce_labels === undefined) {
    own.do_reduce_labels = given.reduce_labels;
  }
  const config: Record<string, unknown> = { ...defaults, ...own };
  config.size = todaysSize(config.size, name, given.max_size);
  for (const key of ["crop_size", "pad_size"]) {
    if (config[key] !== undefined) config[key] = todaysSize(config[key], "", undefined);
  }
  for (const key of ["image_mean", "image_std"]) {
    const value = config[key];
    if (typeof value === "number") config[key] = [value, value, value];
  }
  return { image_processor_type: `${name}ImageProcessor`, ...config };
}

/** `224`, `[224, 224]` (height first) → an object of edges. */
function todaysSize(size: unknown, name: string, maxSize: unknown): unknown {
  if (Array.isArray(size) && size.length === 2) return { height: size[0], width: size[1] };
  if (typeof size !== "number") return size;
  if (!takesShortestEdge.has(name)) return { height: size, width: size };
  return { shortest_edge: size, ...(typeof maxSize === "number" ? { longest_edge: maxSize } : {}) };
}

const isPositive = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value > 0;
const isEdge = (value: unknown): value is number =>
  Number.isSafeInteger(value) && isPositive(value);
const isResample = (value: unknown): value is number =>
  Number.isInteger(value) && resampleNames[value as number] !== undefined;
const isTriple = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
const isTripleAbove0 = (value: unknown): value is number[] =>
  isTriple(value) && value.every((each) => each > 0);

/** Reads one key, or tells what it must be. */
function reader(config: ConfigRecord, wrong: string[]) {
  return <Value>(key: string, fits: (value: unknown) => value is Value, wants: string): Value => {
    const value = config[key];
    if (!fits(value)) wrong.push(`${key} is ${shownValue(value)}, but must be ${wants}`);
    return value as Value;
  };
}

function sizeMistake(key: string, value: unknown): string {
  return `${key} is ${shownValue(value)}, but must be ${
    key === "size"
      ? "height and width, shortest_edge, or max_height and max_width"
      : "height and width"
  }`;
}

function sizeIn(size: unknown): SizeConfig | undefined {
  if (!isRecord(size)) return undefined;
  const { height, width, shortest_edge, longest_edge, max_height, max_width } = size;
  if (isEdge(shortest_edge)) {
    return isEdge(longest_edge) ? { shortest_edge, longest_edge } : { shortest_edge };
  }
  if (isEdge(max_height) && isEdge(max_width)) return { max_height, max_width };
  return isEdge(height) && isEdge(width) ? { height, width } : undefined;
}

function squareIn(size: unknown): PixelSize | undefined {
  if (!isRecord(size)) return undefined;
  const { height, width } = size;
  return isEdge(height) && isEdge(width) ? { height, width } : undefined;
}
