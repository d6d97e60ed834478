/**
 * What is asked of a trained generator, and what it gives.
 *
 * @module
 */
import type { SamplerName } from "./noise_schedule_options.ts";

/** One image that is wanted. */
export interface DrawingRequest {
  /** What it shows; nothing in particular unless given. */
  readonly label?: string;
  /** The same in words, for models that read captions. */
  readonly caption?: string;
  /** Of the noise that it is made of; images of one request list have 1, 2, 3 … unless given. */
  readonly seed?: number;
  /** Times that the model is asked; 50 unless given. More are finer and slower. */
  readonly steps?: number;
  /**
   * How far the image is led away from what the model draws without a label, or by an empty caption (Ho and Salimans,
   * arXiv 2207.12598): 1 for none, more for images that show what they were asked for more clearly and vary less; 3
   * unless given, 1 without a label or caption.
   */
  readonly guidance?: number;
  /** The sampler that the model's schedule names unless given. */
  readonly sampler?: SamplerName;
}

/** A label or a caption, or either with how its image is made. */
export type DrawingInput = string | DrawingRequest;

/** An image that was made. */
export interface GeneratedImage {
  /** Absent where the image was asked for without one. */
  readonly label?: string;
  /** Of models that read captions; absent where the image was asked for without one. */
  readonly caption?: string;
  readonly seed: number;
  /** The bytes of a PNG. */
  readonly image: Uint8Array;
}
