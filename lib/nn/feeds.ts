/**
 * What a batch of rows is fed with.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";

/** The inputs of a batch by name. */
export type Feeds = Record<string, HostTensor>;

/** Feeds that are there already, as those of texts are, or on their way, as those of images are. */
export type FeedsSoon = Feeds | Promise<Feeds>;

/**
 * Which batch of a training feeds are for, so that what is drawn at random for it, such as where an image
 * is cut, is fresh in each and the same after a resume.
 */
export interface BatchDraw {
  readonly seed: number;
  /** Epochs that are done. */
  readonly epoch: number;
  /** Optimiser steps that are done. */
  readonly step: number;
  /** Which micro-batch of the step, from 0. */
  readonly microBatch: number;
}
