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
import { lora, loraFromPeft } from "./lora.ts";

/** The fields of an `adapter_config.json`. */
export type PeftConfig = Readonly<Record<string, unknown>>;

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

/** `peft_type` → what makes the method from PEFT's config. */
const peftTypes: Readonly<Record<string, (config: PeftConfig) => Adapter>> = { LORA: loraFromPeft };

/** Makes a method from an `adapter_config.json`. */
export function methodFromPeft(config: PeftConfig): Adapter {
  const make = peftTypes[String(config.peft_type)];
  if (make) return make(config);
  throw new TunebookError(
    "unsupported",
    `adapter_config.json: peft_type is ${JSON.stringify(config.peft_type) ?? "missing"}; this ` +
      `version reads ${Object.keys(peftTypes).join(", ")}`,
  );
}
