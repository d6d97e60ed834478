/**
 * The methods that PEFT folders can hold. A new one is one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Adapter } from "../nn/adapter.ts";
import { loraFromPeft } from "./lora.ts";

/** The fields of an `adapter_config.json`. */
export type PeftConfig = Readonly<Record<string, unknown>>;

/** `peft_type` → what makes the method from PEFT's config. */
const peftTypes: Readonly<Record<string, (config: PeftConfig) => Adapter>> = { LORA: loraFromPeft };

/** Makes a method from an `adapter_config.json`. */
export function methodFromPeft(config: PeftConfig): Adapter {
  const type = String(config.peft_type);
  if (Object.hasOwn(peftTypes, type)) return peftTypes[type](config);
  throw new TunebookError(
    "unsupported",
    `peft_type is ${JSON.stringify(config.peft_type) ?? "missing"}; this ` +
      `version reads ${Object.keys(peftTypes).join(", ")}`,
  );
}
