/**
 * The fine-tuning methods. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Method } from "../nn/method.ts";
import { adalora } from "./adalora.ts";
import { adaloraSettings } from "./adalora_options.ts";
import { bitfit, bitfitSettings } from "./bitfit.ts";
import { full } from "./full.ts";
import { head } from "./head.ts";
import { ia3, ia3Settings } from "./ia3.ts";
import { lora } from "./lora.ts";
import { loraSettings } from "./lora_options.ts";
import { peft } from "./peft.ts";
import { prefixTuning, prefixTuningSettings } from "./prefix_tuning.ts";
import { promptTuning, promptTuningSettings } from "./prompt_tuning.ts";
import { pTuning, pTuningSettings } from "./p_tuning.ts";
import { vera, veraSettings } from "./vera.ts";
import { qlora, qloraSettings } from "./qlora.ts";

interface MethodEntry {
  /** The names of its settings. */
  readonly settings: readonly string[];
  make(settings: never): Method;
}

/** The methods by name. */
export const methods: Readonly<Record<string, MethodEntry>> = {
  lora: { settings: loraSettings, make: lora },
  adalora: { settings: adaloraSettings, make: adalora },
  vera: { settings: veraSettings, make: vera },
  ia3: { settings: ia3Settings, make: ia3 },
  bitfit: { settings: bitfitSettings, make: bitfit },
  prompt_tuning: { settings: promptTuningSettings, make: promptTuning },
  p_tuning: { settings: pTuningSettings, make: pTuning },
  prefix_tuning: { settings: prefixTuningSettings, make: prefixTuning },
  qlora: { settings: qloraSettings, make: qlora },
  head: { settings: [], make: head },
  full: { settings: [], make: full },
  peft: { settings: ["folder"], make: ({ folder }: { folder: string }) => peft(folder) },
};

/** Makes a method from its name and settings, as a plan file has them. */
export function methodOf(name: string, settings: Readonly<Record<string, unknown>> = {}): Method {
  const known = Object.keys(methods);
  if (!Object.hasOwn(methods, name)) {
    throw new TunebookError(
      "input",
      `there is no method "${name}"${didYouMean(name, known)}. Methods: ${known.join(", ")}`,
    );
  }
  const method = methods[name];
  const unknown = Object.keys(settings).filter((field) => !method.settings.includes(field));
  if (unknown.length > 0) {
    throw new TunebookError(
      "input",
      unknown.map((field) => `${name} has no setting ${field}${didYouMean(field, method.settings)}`)
        .join("; "),
    );
  }
  return method.make(settings as never);
}
