/**
 * Images with a change that means nothing.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { callable, list, required, type Rules } from "../../core/option_rules.ts";
import { Random } from "../../core/random.ts";
import type { Image } from "../../image/image.ts";
import { rgbImage } from "../../image/rgb_image.ts";
import {
  type BehaviouralTest,
  changeOf,
  failuresRule,
  type InvarianceOptions,
} from "./behavioural_test.ts";
import type { ImagePerturbation } from "./perturb_image/image_perturbation.ts";

/** What must not change the answer to an image. */
export interface ImageInvarianceOptions extends Pick<InvarianceOptions, "mostFailures" | "same"> {
  /** Images that are asked, as `decodeImage` gives them. */
  readonly images: readonly Image[];
  /** What is done to each, such as `gaussianNoise({ severity: 3 })`. */
  readonly perturb: ImagePerturbation | readonly ImagePerturbation[];
  /** What reports call each image; `image 1`, `image 2` … unless given. */
  readonly titles?: readonly string[];
}

const rules: Rules<ImageInvarianceOptions> = {
  images: required(list),
  perturb: required(["a perturbation of images, or a list", (value) => listOf(value).length > 0]),
  mostFailures: failuresRule,
  same: callable,
  titles: list,
};

/**
 * Images with noise, blur, other light or the traces of JPEG, which must be answered like the images that they were
 * made of. `probe(model, [test])` asks a model of image classification.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { gaussianNoise, imageInvariance } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const grey = { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(128) } as const;
 * const test = imageInvariance("noise", { images: [grey], perturb: gaussianNoise({ severity: 2 }) });
 * const [{ input, before, title }] = test.cases(1);
 * assert.ok(before === grey && input.data.some((value) => value !== 128));
 * assert.equal(title, "image 1, gaussian noise 2");
 * ```
 */
export function imageInvariance(
  name: string,
  options: ImageInvarianceOptions,
): BehaviouralTest<Image> {
  checkOptions("imageInvariance", options, rules);
  const { images, perturb, mostFailures = 0, same, titles } = options;
  const all = listOf(perturb) as readonly ImagePerturbation[];
  if (titles && titles.length !== images.length) {
    throw new TunebookError(
      "input",
      `imageInvariance: there are ${images.length} images and ${titles.length} titles`,
    );
  }
  const before = images.map(rgbImage);
  return {
    ...{ kind: "invariance", name, mostFailures },
    cases: (seed) =>
      before.flatMap((image, row) =>
        all.map((each) => ({
          input: each.apply(image, Random.fromSeed(seed, name, each.name, row)),
          before: image,
          title: `${titles?.[row] ?? `image ${row + 1}`}, ${each.name}`,
        }))
      ),
    failure: (answer, answerBefore) => changeOf(answer, answerBefore!, same),
  };
}

function listOf(value: unknown): readonly unknown[] {
  const all = [value].flat();
  return all.every((each) => typeof (each as ImagePerturbation | null)?.apply === "function")
    ? all
    : [];
}
