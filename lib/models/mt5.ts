/**
 * mT5 (Xue et al., arXiv 2010.11934): T5 1.1 with a vocabulary of many languages.
 *
 * @module
 */
import type { Family } from "../nn/family.ts";
import { type T5Config, t5Family } from "./t5.ts";

/** The mT5 family. */
export const mt5: Family<T5Config> = t5Family("mt5", "MT5ForConditionalGeneration", {
  feedForward: "gated-gelu",
  scalesHead: false,
});
