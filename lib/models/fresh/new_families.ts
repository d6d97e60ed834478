/**
 * The families that can be made anew.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { NewFamily } from "./new_family.ts";
import { newDit } from "./new_dit.ts";
import { newGpt2 } from "./new_gpt2.ts";
import { newLlama } from "./new_llama.ts";
import { newMarian } from "./new_marian.ts";
import { newSegformer } from "./new_segformer.ts";
import { newT5 } from "./new_t5.ts";
import { newUnet2d } from "./new_unet2d.ts";
import { newVit } from "./new_vit.ts";
import { newYolos } from "./new_yolos.ts";

const newFamilies: readonly NewFamily[] = [
  newDit,
  newGpt2,
  newLlama,
  newMarian,
  newSegformer,
  newT5,
  newUnet2d,
  newVit,
  newYolos,
];

/** The family of `new:<modelType>`. Throws an error of kind "input" for one that cannot be made anew. */
export function newFamilyOf(modelType: string): NewFamily {
  const family = newFamilies.find((each) => each.modelType === modelType);
  if (family) return family;
  const names = newFamilies.map((each) => each.modelType);
  throw new TunebookError(
    "input",
    `new:${modelType} is not known${didYouMean(modelType, names)}; new models are ` +
      names.map((name) => `new:${name}`).join(", "),
  );
}

/** The names of those that take an option, as a person writes them. */
export function thoseThatTake(option: NewFamily["takes"][number]): string {
  const ofTexts = ["positions", "vocabulary", "tokenizer", "tied"].includes(option);
  return newFamilies.filter(({ takes, input }) => takes.includes(option) || (ofTexts && !input))
    .map(({ modelType }) => `new:${modelType}`).join(", ");
}
