/**
 * The fine-tuning methods. A new one is one file and one line here.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { required, text } from "../core/option_rules.ts";
import type { Method } from "../nn/method.ts";
import { adalora } from "./adalora.ts";
import { adaloraRules } from "./adalora_options.ts";
import { bitfit, bitfitRules } from "./bitfit.ts";
import { full, fullRules } from "./full.ts";
import { head } from "./head.ts";
import { ia3, ia3Rules } from "./ia3.ts";
import { lora } from "./lora.ts";
import { loraRules } from "./lora_options.ts";
import { peft } from "./peft.ts";
import { prefixTuning } from "./prefix_tuning.ts";
import { prefixTuningRules } from "./prefix_tuning_options.ts";
import { promptTuning, promptTuningRules } from "./prompt_tuning.ts";
import { pTuning, pTuningRules } from "./p_tuning.ts";
import { vera, veraRules } from "./vera.ts";
import { qlora, qloraRules } from "./qlora.ts";

interface MethodEntry {
  /** The names of its settings. */
  readonly settings: readonly string[];
  /** Makes it of its settings, and refuses those that it does not know. */
  make(settings: never): Method;
}

const entry = (rules: object, make: MethodEntry["make"]): MethodEntry => ({
  settings: Object.keys(rules),
  make,
});

const peftRules = { folder: required(text) };

/** The methods by name. */
export const methods: Readonly<Record<string, MethodEntry>> = {
  lora: entry(loraRules, lora),
  adalora: entry(adaloraRules, adalora),
  vera: entry(veraRules, vera),
  ia3: entry(ia3Rules, ia3),
  bitfit: entry(bitfitRules, bitfit),
  prompt_tuning: entry(promptTuningRules, promptTuning),
  p_tuning: entry(pTuningRules, pTuning),
  prefix_tuning: entry(prefixTuningRules, prefixTuning),
  qlora: entry(qloraRules, qlora),
  head: withoutSettings("head", head),
  full: entry(fullRules, full),
  peft: entry(peftRules, (settings: { folder: string }) => {
    checkOptions("peft", settings, peftRules);
    return peft(settings.folder);
  }),
};

function withoutSettings(name: string, make: () => Method): MethodEntry {
  return entry({}, (settings) => {
    checkOptions(name, settings, {});
    return make();
  });
}

/** Makes a method from its name and settings, as a plan file has them. */
export function methodOf(name: string, settings: Readonly<Record<string, unknown>> = {}): Method {
  if (Object.hasOwn(methods, name)) return methods[name].make(settings as never);
  const known = Object.keys(methods);
  throw new TunebookError(
    "input",
    `there is no method ${JSON.stringify(name)}${didYouMean(name, known)}. Methods: ${
      known.join(", ")
    }`,
  );
}
