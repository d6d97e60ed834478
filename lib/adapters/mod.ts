/**
 * The fine-tuning methods. A new one is one file and one line here.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { text } from "../core/option_rules.ts";
import type { Method } from "../nn/method.ts";
import { adalora } from "./adalora.ts";
import { bitfit } from "./bitfit.ts";
import { full } from "./full.ts";
import { head } from "./head.ts";
import { ia3 } from "./ia3.ts";
import { lora } from "./lora.ts";
import { peft } from "./peft.ts";
import { prefixTuning } from "./prefix_tuning.ts";
import { promptTuning } from "./prompt_tuning.ts";
import { pTuning } from "./p_tuning.ts";
import { vera } from "./vera.ts";
import { qlora } from "./qlora.ts";

type Make = (settings: never) => Method;

/** The methods by name: each makes itself of its settings, and refuses those that it does not know. */
export const methods: Readonly<Record<string, Make>> = {
  lora,
  adalora,
  vera,
  ia3,
  bitfit,
  prompt_tuning: promptTuning,
  p_tuning: pTuning,
  prefix_tuning: prefixTuning,
  qlora,
  head: withoutSettings("head", head),
  full: withoutSettings("full", full),
  peft(settings: { folder: string }) {
    checkOptions("peft", settings, { folder: text });
    return peft(settings.folder);
  },
};

function withoutSettings(name: string, make: () => Method): Make {
  return (settings) => {
    checkOptions(name, settings, {});
    return make();
  };
}

/** Makes a method from its name and settings, as a plan file has them. */
export function methodOf(name: string, settings: Readonly<Record<string, unknown>> = {}): Method {
  if (Object.hasOwn(methods, name)) return methods[name](settings as never);
  const known = Object.keys(methods);
  throw new TunebookError(
    "input",
    `there is no method ${JSON.stringify(name)}${didYouMean(name, known)}. Methods: ${
      known.join(", ")
    }`,
  );
}
