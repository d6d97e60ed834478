/**
 * A fixed set of images that a model draws before, during and after its training, always of the same noise.
 *
 * @module
 */
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { Look } from "../../train/train_context.ts";
import type { GeneratedImage } from "../../tasks/image_generation/drawing.ts";

/** An image that was asked for again and again over a run. */
export interface DrawnSample {
  /** What it shows; absent where it was asked for without a label. */
  readonly label?: string;
  /** The same of models that read captions. */
  readonly caption?: string;
  /** Of the noise that it is made of. */
  readonly seed: number;
  /** Before the first step, also of a run that was continued. */
  readonly before: GeneratedImage;
  /** In the training of this process. */
  readonly during: readonly DrawnAtStep[];
  /** By what the run kept. */
  readonly after: GeneratedImage;
}

/** What was drawn after a step. */
export interface DrawnAtStep {
  readonly step: number;
  readonly drawn: GeneratedImage;
}

/** Samples of a run that says nothing of them. */
export const defaultDrawnSamples = 6;
/** Images are drawn so often in a training, or a little more seldom. */
const mostTimes = 8;

/** Draws all samples by the parameters that it is asked with. */
export type DrawSamples<By> = (by: By, signal: AbortSignal) => Promise<readonly GeneratedImage[]>;

/** What takes in a set of images: when they were drawn, and how many seconds it took. */
export type OnDrawn = (
  when: string,
  images: readonly GeneratedImage[],
  seconds: number,
) => Promise<void>;

/** Has samples drawn, and keeps them. */
export class SampleDrawer<By> {
  readonly #draw: DrawSamples<By>;
  readonly #onDrawn: OnDrawn;
  #before: readonly GeneratedImage[] = [];
  #latest: readonly GeneratedImage[] = [];
  readonly #during: { step: number; drawn: readonly GeneratedImage[] }[] = [];

  constructor(draw: DrawSamples<By>, onDrawn: OnDrawn) {
    this.#draw = draw;
    this.#onDrawn = onDrawn;
  }

  /** Draws before the training, by what is there already. */
  async before(by: By, signal: AbortSignal, draw: DrawSamples<By>): Promise<void> {
    try {
      this.#before = this.#latest = await this.#drawn("before", () => draw(by, signal));
    } catch (error) {
      if (!isInterruption(error)) throw error;
      throw interruption("stopped before the training; nothing was trained");
    }
  }

  /** Draws in the training, at most about eight times; gives all samples so far where it did. */
  async during(
    by: By,
    { step, at, of }: Look,
    signal: AbortSignal,
  ): Promise<readonly DrawnSample[] | undefined> {
    if (at % Math.ceil(of / mostTimes) !== 0) return undefined;
    this.#latest = await this.#drawn(`step-${step}`, () => this.#draw(by, signal));
    this.#during.push({ step, drawn: this.#latest });
    return this.#samples();
  }

  /** Draws after the training, and gives all samples; nothing changes in a run without a step. */
  async after(
    by: By,
    { steps, signal }: { readonly steps: number; readonly signal: AbortSignal },
  ): Promise<readonly DrawnSample[]> {
    this.#latest = steps === 0
      ? this.#before
      : await this.#drawn("after", () => this.#draw(by, signal));
    return this.#samples();
  }

  async #drawn(
    when: string,
    draw: () => Promise<readonly GeneratedImage[]>,
  ): Promise<readonly GeneratedImage[]> {
    const began = performance.now();
    const images = await draw();
    await this.#onDrawn(when, images, (performance.now() - began) / 1000);
    return images;
  }

  #samples(): readonly DrawnSample[] {
    return this.#before.map(({ label, caption, seed }, at) => ({
      ...(label === undefined ? {} : { label }),
      ...(caption === undefined ? {} : { caption }),
      seed,
      before: this.#before[at],
      during: this.#during.map(({ step, drawn }) => ({ step, drawn: drawn[at] })),
      after: this.#latest[at],
    }));
  }
}
