/**
 * Where an image comes to lie when a processor resizes and crops it.
 *
 * @module
 */
import type { PixelSize } from "../pixel_size.ts";
import type { Region } from "../resample/resample.ts";
import { outputSize } from "./output_size.ts";
import type { ProcessorSteps } from "./processor_config.ts";

/** The geometry of a processor for images of one size. */
export interface Placement {
  /** The whole image after resizing. */
  readonly resized: PixelSize;
  /** What the result shows of it; it may begin before 0 and end beyond, where the result is filled with 0. */
  readonly region: Region;
}

/** Whether the result shows the whole image and nothing beside it. */
export function showsWhole({ resized, region }: Placement): boolean {
  return region.left === 0 && region.top === 0 && region.width === resized.width &&
    region.height === resized.height;
}

/** Of these one is cropped or padded by every processor that does either. */
const probes: readonly PixelSize[] = [
  { width: 640, height: 480 },
  { width: 480, height: 640 },
  { width: 2000, height: 2000 },
];

/** Whether results show the whole image, whatever its size. */
export function alwaysShowsWhole(
  { placement }: { placement(image: PixelSize): Placement },
): boolean {
  return probes.every((image) => showsWhole(placement(image)));
}

/** ConvNext warps images to a square from this size on, and crops below it. */
const convNextWarps = 384;
/** The side of a patch, of which YOLOS wants multiples. */
const yolosPatch = 16;

/** Computes the geometry. */
export function placementOf(image: PixelSize, steps: ProcessorSteps): Placement {
  const convNext = convNextPlacement(image, steps);
  const whole = steps.resize ? resizedBy(image, steps) : image;
  const first = convNext ?? { resized: whole, region: { left: 0, top: 0, ...whole } };
  if (!steps.crop) return first;
  const { width, height } = steps.crop;
  const { region } = first;
  return {
    resized: first.resized,
    region: {
      left: region.left + Math.floor((region.width - width) / 2),
      top: region.top + Math.floor((region.height - height) / 2),
      width,
      height,
    },
  };
}

function resizedBy(image: PixelSize, { resize, name }: ProcessorSteps): PixelSize {
  return outputSize(image, resize!.size, name === "Yolos" ? yolosPatch : undefined);
}

function convNextPlacement(image: PixelSize, steps: ProcessorSteps): Placement | undefined {
  const { resize, cropShare } = steps;
  if (!resize || cropShare === undefined || !("shortest_edge" in resize.size)) return undefined;
  const edge = resize.size.shortest_edge;
  if (edge >= convNextWarps) {
    const resized = { width: edge, height: edge };
    return { resized, region: { left: 0, top: 0, ...resized } };
  }
  const resized = outputSize(image, { shortest_edge: Math.trunc(edge / cropShare) });
  const left = Math.floor((resized.width - edge) / 2);
  const top = Math.floor((resized.height - edge) / 2);
  return { resized, region: { left, top, width: edge, height: edge } };
}
