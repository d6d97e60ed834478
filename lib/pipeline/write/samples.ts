/**
 * A fixed set of inputs that a model answers before, during and after its training.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { GeneratedText } from "../../generate/generated_text.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import { firstCases, type HeldOut } from "./held_out_cases.ts";
import { runOptionsOf } from "./written_predictions.ts";

/** An input with what the model wrote for it over a run. */
export interface WrittenSample {
  /** The input in words. */
  readonly input: string;
  /** What would be right, of a held-out row. */
  readonly reference?: string;
  /** Before the first step, also of a run that was continued. */
  readonly before: GeneratedText;
  /** At the validations of this process. */
  readonly during: readonly SampleAtStep[];
  /** By what the run kept. */
  readonly after: GeneratedText;
}

/** What was written after a step. */
export interface SampleAtStep {
  readonly step: number;
  readonly written: GeneratedText;
}

/** What is asked again and again. */
export interface SampleInput {
  readonly value: unknown;
  readonly input: string;
  readonly reference?: string;
}

/** Samples of a run that says nothing of them. */
const defaultSamples = 3;
/** Enough to see what a model does, and cheap. */
const mostTokens = 32;

/** What samples are made with. */
export interface SampleOptions {
  /** As `train` takes them. */
  readonly samples: number | readonly unknown[] | undefined;
  readonly generate: WritingOptions | undefined;
  readonly seed: number;
}

/**
 * The inputs of the samples: those that were given, or the first held-out ones. A task that writes no texts
 * has none unless they are asked for.
 *
 * Throws an error of kind "unsupported" for samples of a task that writes no texts, and of kind "input"
 * with all given inputs that the task cannot take.
 */
export function sampleInputs(
  held: HeldOut,
  textModel: () => TextModel,
  { samples = defaultSamples, ...how }: SampleOptions,
): readonly SampleInput[] {
  const isGiven = Array.isArray(samples);
  if (isGiven ? samples.length === 0 : samples === 0) return [];
  if (isGiven) return givenInputs(samples, textModel());
  if (!held.task.writing?.cases) return [];
  const { maxNewTokens: tokens } = sampleSettings(how);
  return firstCases(held, textModel(), { count: samples as number, tokens })
    .map(({ input, asked, references: [reference] }) => ({
      value: input,
      input: asked,
      ...(reference === undefined ? {} : { reference }),
    }));
}

/**
 * Inputs of one's own as a model is asked. Throws an error of kind "input" with all that it cannot take.
 *
 * @param noun what errors call one of them
 */
export function givenInputs(
  samples: readonly unknown[],
  textModel: TextModel,
  noun = "sample",
): SampleInput[] {
  const wrong: string[] = [];
  const found = samples.map((given, at): SampleInput => {
    const isTurn = typeof given === "string" && textModel.inputOf !== undefined;
    const value = isTurn ? textModel.inputOf!([{ role: "user", content: given }]) : given;
    const where = `${noun} ${at + 1}`;
    try {
      if (!textModel.hasRoom(value, 1)) {
        wrong.push(`${where} has no tokens, or leaves the model no room to write`);
      }
    } catch (error) {
      if (!(error instanceof TunebookError) || error.kind !== "input") throw error;
      wrong.push(`${where} is ${shownValue(given)}: ${error.message}`);
    }
    return { value, input: typeof given === "string" ? given : inWords(given) };
  });
  if (wrong.length > 0) throw mistakes("input", `these ${noun}s cannot be answered:`, wrong);
  return found;
}

/** Messages as turns; anything else as JSON. */
function inWords(given: unknown): string {
  if (!Array.isArray(given)) return JSON.stringify(given);
  return given.map((each) => {
    const { role, content } = Object(each) as { role?: unknown; content?: unknown };
    return typeof role === "string" ? `${role}: ${content ?? ""}` : JSON.stringify(each);
  }).join("\n");
}

function sampleSettings({ generate, seed }: Pick<SampleOptions, "generate" | "seed">) {
  const options = runOptionsOf({ generate, seed });
  const maxNewTokens = Math.min(options.maxNewTokens ?? mostTokens, mostTokens);
  const { minNewTokens = 0 } = options;
  return { ...options, maxNewTokens, minNewTokens: Math.min(minNewTokens, maxNewTokens) };
}

/** Asks for samples, and keeps what was written. */
export class Sampler {
  readonly inputs: readonly SampleInput[];
  readonly #settings: ReturnType<typeof sampleSettings>;
  #before: readonly GeneratedText[] = [];
  #latest: readonly GeneratedText[] = [];
  readonly #during: { step: number; written: readonly GeneratedText[] }[] = [];

  constructor(inputs: readonly SampleInput[], how: Pick<SampleOptions, "generate" | "seed">) {
    this.inputs = inputs;
    this.#settings = sampleSettings(how);
  }

  /** Writes before the training. */
  async before(textModel: TextModel, signal: AbortSignal): Promise<void> {
    this.#before = this.#latest = await this.#write(textModel, signal);
  }

  /** Writes in the training; `atStep` says later after which step. */
  async during(textModel: TextModel, signal: AbortSignal): Promise<void> {
    this.#latest = await this.#write(textModel, signal);
  }

  /** Keeps what was written last, and gives all samples so far. */
  readonly atStep = (step: number): readonly WrittenSample[] => {
    this.#during.push({ step, written: this.#latest });
    return this.#samples();
  };

  /** Writes after the training, and gives all samples; nothing changes in a run without a step. */
  async after(
    textModel: TextModel,
    { steps, signal }: { readonly steps: number; readonly signal: AbortSignal },
  ): Promise<readonly WrittenSample[]> {
    this.#latest = steps === 0 ? this.#before : await this.#write(textModel, signal);
    return this.#samples();
  }

  async #write(textModel: TextModel, signal: AbortSignal): Promise<readonly GeneratedText[]> {
    const values = this.inputs.map(({ value }) => value);
    return await textModel.generate(values, { ...this.#settings, signal });
  }

  #samples(): readonly WrittenSample[] {
    return this.inputs.map(({ input, reference }, at) => ({
      input,
      ...(reference === undefined ? {} : { reference }),
      before: this.#before[at],
      during: this.#during.map(({ step, written }) => ({ step, written: written[at] })),
      after: this.#latest[at],
    }));
  }
}
