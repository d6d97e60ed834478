/**
 * AdaLoRA out of a PEFT folder.
 *
 * @module
 */
import type { Method } from "../../nn/method.ts";
import { adaloraOf } from "../adalora.ts";
import type { PeftConfig } from "./config.ts";
import { checkFields, learnableBiases, targetsOf } from "./fields.ts";

/**
 * The method in a PEFT folder, with the triplets that it kept. Training that goes on from it follows
 * its `tinit`, `tfinal` and `deltaT` as steps of the new run, whose length takes the place of
 * `total_step`; a run that is too short for them is refused. Where all ranks are spent nothing is left
 * to schedule.
 */
export function adaloraFromPeft(config: PeftConfig): Method {
  checkFields(config, {
    numbers: ["init_r", "target_r", "lora_alpha"],
    targets: true,
    off: { bias: learnableBiases, use_dora: [false], use_rslora: [false] },
  });
  const number = (field: string) => config[field] as number | null | undefined ?? undefined;
  // Zero is PEFT's default, and what is written for a share of a run: then the method's shares hold.
  const steps = (field: string) => number(field) || undefined;
  const pattern = (config.rank_pattern ?? {}) as Record<string, readonly boolean[]>;
  const optional = {
    initialSteps: steps("tinit"),
    finalSteps: steps("tfinal"),
    interval: number("deltaT"),
    beta1: number("beta1"),
    beta2: number("beta2"),
    orthogonality: number("orth_reg_weight"),
  };
  return adaloraOf(
    {
      initialRank: number("init_r")!,
      targetRank: number("target_r")!,
      alpha: number("lora_alpha")!,
      dropout: number("lora_dropout") ?? 0,
      targets: targetsOf(config),
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
    Object.fromEntries(
      Object.entries(pattern).map(([name, mask]) => [
        name.replace(/^base_model\.model\./, "").replace(/\.lora_E$/, ""),
        mask,
      ]),
    ),
    {
      initial: "tinit of adapter_config.json",
      final: "tfinal",
      every: "deltaT",
    },
  );
}
