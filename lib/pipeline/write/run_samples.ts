/**
 * What a model made of the same inputs over a run.
 *
 * @module
 */
import type { DrawnSample } from "../draw/sample_drawer.ts";
import type { WrittenSample } from "./samples.ts";

/** Samples of any run: texts, or images. */
export type RunSamples = readonly WrittenSample[] | readonly DrawnSample[];
