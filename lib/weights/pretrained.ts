/**
 * The small models that come with tunebook, in `pretrained/`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Name → what the model is. `model("tunebook:english")` opens the first. */
export const pretrainedModels: Readonly<Record<string, string>> = {
  english: "a Llama that continues English texts",
  chinese: "a Llama that continues Chinese poems",
  translation:
    "a Marian that translates messages of programs from English into Spanish and Chinese",
  emoji: "a DiT that draws emoji of eight categories, 32 × 32 pixels",
};

/** Where a model's files are: a folder of this machine, or of the web where tunebook is imported from it. */
export type PretrainedHome = { readonly folder: string } | { readonly url: string };

/** The folder of a model beside the modules of tunebook, in a clone as in an installed package. */
export function pretrainedHome(name: string): PretrainedHome {
  const url = new URL(`../../pretrained/${name}/`, import.meta.url);
  return url.protocol === "file:" ? { folder: fileURLToPath(url) } : { url: url.href };
}
