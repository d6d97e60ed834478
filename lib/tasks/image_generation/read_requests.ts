/**
 * What is asked of a generator, checked.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import {
  anyText,
  integer,
  notNegative,
  oneOf,
  type Rules,
  text,
  whole,
} from "../../core/option_rules.ts";
import { quoted } from "../../core/quoted.ts";
import { Random } from "../../core/random.ts";
import type { DenoiserModel } from "./denoiser_model.ts";
import type { DrawingInput, DrawingRequest } from "./drawing.ts";
import { samplersOf } from "./noise_schedule_options.ts";
import type { ImageSampler } from "./samplers/sampler.ts";
import { createSampler } from "./samplers/samplers.ts";

const usualSteps = 50;
const usualGuidance = 3;

const rules: Rules<DrawingRequest> = {
  label: text,
  caption: anyText,
  seed: integer,
  steps: whole,
  guidance: notNegative,
  sampler: oneOf(samplersOf.diffusion),
};

/** A request with its defaults. */
export interface Drawn extends Required<Omit<DrawingRequest, "label" | "caption" | "sampler">> {
  readonly label?: string;
  readonly caption?: string;
  readonly sampler: ImageSampler;
  readonly random: Random;
}

/** What requests are read by. */
export interface DrawingRequestOptions {
  /** The labels that the model knows, in order. */
  readonly labels: readonly string[];
  /** For what is asked for without a guidance. Default 3. */
  readonly guidance?: number;
}

/** The requests with their defaults. Those that make no sense are one error of kind "input". */
export function readRequests(
  inputs: readonly DrawingInput[],
  model: DenoiserModel,
  options: DrawingRequestOptions,
): Drawn[] {
  const wrong: string[] = [];
  const found = inputs.map((input, at): Drawn | undefined => {
    try {
      return readRequest(input, at, model, options);
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`input ${at + 1}: ${error.message}`);
    }
  });
  if (wrong.length > 0) throw mistakes("input", "some images cannot be drawn:", wrong);
  return found as Drawn[];
}

function readRequest(
  input: DrawingInput,
  at: number,
  { schedule, captions }: DenoiserModel,
  { labels, guidance: usual = usualGuidance }: DrawingRequestOptions,
): Drawn {
  const told = captions ? "caption" : "label";
  const request = typeof input === "string" ? { [told]: input } : input;
  checkOptions("predict", request, rules);
  const { label, caption, seed = at + 1, steps = usualSteps, guidance, sampler } = request;
  if (captions) refuseLabel(label);
  else {
    refuseCaption(caption);
    checkLabel(label, labels);
  }
  const isTold = captions ? (caption ?? "") !== "" : label !== undefined;
  return {
    ...(label === undefined ? {} : { label }),
    ...(caption === undefined ? {} : { caption }),
    seed,
    steps,
    guidance: guidance ?? (isTold ? usual : 1),
    sampler: createSampler(schedule, { steps, ...(sampler === undefined ? {} : { sampler }) }),
    random: Random.fromSeed(seed, "drawing"),
  };
}

function refuseLabel(label: string | undefined): void {
  if (label === undefined) return;
  throw new TunebookError(
    "input",
    `the model reads captions and knows no labels; ask with { caption: ${quoted(label)} }`,
  );
}

function refuseCaption(caption: string | undefined): void {
  if (caption === undefined) return;
  throw new TunebookError("input", "the model reads no captions; leave caption out");
}

function checkLabel(label: string | undefined, labels: readonly string[]): void {
  if (label === undefined || labels.includes(label)) return;
  throw new TunebookError(
    "input",
    labels.length === 0
      ? `the model knows no labels, so that it cannot draw ${quoted(label)}; ask with {}`
      : `the model does not know the label ${quoted(label)}${didYouMean(label, labels)}; it knows ${
        labels.map(quoted).join(", ")
      }`,
  );
}
