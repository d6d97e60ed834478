/**
 * The fine-tuning methods. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Adapter } from "../nn/adapter.ts";
import { full } from "./full.ts";
import { head } from "./head.ts";
import { lora } from "./lora.ts";

/** Method name → what makes it from its settings. */
export const methods: Readonly<Record<string, (settings: never) => Adapter>> = { lora, head, full };

/** Makes a method from its name and settings, as a plan file has them. */
export function methodOf(name: string, settings: Readonly<Record<string, unknown>> = {}): Adapter {
  const make = methods[name];
  if (make) return make(settings as never);
  const known = Object.keys(methods);
  throw new TunebookError(
    "input",
    `there is no method "${name}"${didYouMean(name, known)}. Methods: ${known.join(", ")}`,
  );
}
