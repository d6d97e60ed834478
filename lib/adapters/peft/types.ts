/**
 * The methods that PEFT folders can hold. A new one is one line here.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Method } from "../../nn/method.ts";
import { adaloraFromPeft } from "./read_adalora.ts";
import { bitfitFromPeft } from "../bitfit.ts";
import { ia3FromPeft } from "../ia3.ts";
import { loraOf } from "../lora.ts";
import type { PeftConfig } from "./config.ts";
import { loraFromPeft } from "./lora.ts";
import { prefixTuningFromPeft } from "../prefix_tuning.ts";
import { promptTuningFromPeft } from "../prompt_tuning.ts";
import { pTuningFromPeft } from "../p_tuning.ts";
import { veraFromPeft } from "../vera.ts";

/** `peft_type` → what makes the method from PEFT's config. */
export type PeftTypes = Readonly<Record<string, (config: PeftConfig) => Method>>;

const peftTypes: PeftTypes = {
  LORA: (config) => loraOf(loraFromPeft(config), { anyRank: true }),
  ADALORA: adaloraFromPeft,
  VERA: veraFromPeft,
  IA3: ia3FromPeft,
  BEFT: bitfitFromPeft,
  PROMPT_TUNING: promptTuningFromPeft,
  P_TUNING: pTuningFromPeft,
  PREFIX_TUNING: prefixTuningFromPeft,
};

/** Makes a method from an `adapter_config.json`. */
export function methodFromPeft(config: PeftConfig, types: PeftTypes = peftTypes): Method {
  const type = String(config.peft_type);
  if (Object.hasOwn(types, type)) return types[type](config);
  throw new TunebookError(
    "unsupported",
    `peft_type is ${JSON.stringify(config.peft_type) ?? "missing"}; this ` +
      `version reads ${Object.keys(types).join(", ")}`,
  );
}
