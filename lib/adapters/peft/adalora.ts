/**
 * AdaLoRA in a PEFT folder: only the triplets that are left, and in `rank_pattern` which of the
 * initial ones they were.
 *
 * @module
 */
import type { ModelInfo, PeftFormat, PeftTensor } from "../../nn/method.ts";
import { moduleNames } from "../../nn/module_names.ts";
import type { Targets } from "../../nn/targets.ts";
import type { AdaloraSettings, KeptTriplets } from "../adalora_options.ts";
import type { Triplets } from "../parts/adalora_budget.ts";
import { fanInFanOut, namesForPeft, wrappedNames } from "./fields.ts";
import type { PeftConfig } from "./config.ts";

/** What is written beside the trained values. */
export interface AdaloraInPeft {
  readonly modelInfo: ModelInfo;
  readonly settings: AdaloraSettings;
  readonly targets: Targets | undefined;
  readonly all: readonly Triplets[];
  readonly kept: KeptTriplets;
}

type Values = ReadonlyMap<string, Float32Array>;

/** AdaLoRA's format. */
export function adaloraToPeft(
  { modelInfo, settings, targets, all, kept }: AdaloraInPeft,
): PeftFormat {
  const paths = all.map(({ path }) => path);
  return {
    write(values) {
      // Before the first step every e is zero, and none is pruned.
      const isUntouched = all.every(({ e }) => values.get(e)?.every((each) => each === 0) ?? true);
      const left = (site: Triplets) =>
        Array.from({ length: site.rank }, (_, k) => k)
          .filter((k) => isUntouched || values.get(site.e)![k] !== 0);
      const isPruned = Object.keys(kept).length > 0 ||
        all.some((site) => left(site).length < site.rank);
      return {
        config: {
          ...configOf(
            settings,
            namesForPeft(modelInfo, targets ?? modelInfo.attentionTargets, paths),
          ),
          fan_in_fan_out: fanInFanOut(modelInfo, paths),
        },
        ...(isPruned
          ? { learned: { rank_pattern: patternOf(modelInfo, settings, all, kept, left) } }
          : {}),
        tensors: all.flatMap((site) => tensorsOf(modelInfo, site, left(site), values)),
      };
    },
    names: new Map(
      all.flatMap(({ a, b, e }) => [a, b, e].map((name) => [name, wrappedNames(modelInfo, name)])),
    ),
  };
}

function configOf(settings: AdaloraSettings, targets: readonly string[]): PeftConfig {
  const steps = (value: number) => value < 1 ? 0 : value;
  return {
    peft_type: "ADALORA",
    init_r: settings.initialRank,
    target_r: settings.targetRank,
    lora_alpha: settings.alpha,
    lora_dropout: settings.dropout,
    target_modules: targets,
    tinit: steps(settings.initialSteps),
    tfinal: steps(settings.finalSteps),
    deltaT: settings.interval,
    beta1: settings.beta1,
    beta2: settings.beta2,
    orth_reg_weight: settings.orthogonality,
    // PEFT opens no folder whose schedule has no room; the run's own number is not its file's.
    total_step: steps(settings.initialSteps) + steps(settings.finalSteps) + 1,
    bias: "none",
    init_lora_weights: true,
  };
}

/** Which of the initial triplets are left, by PEFT's name of e. */
function patternOf(
  modelInfo: ModelInfo,
  { initialRank }: AdaloraSettings,
  all: readonly Triplets[],
  kept: KeptTriplets,
  left: (site: Triplets) => readonly number[],
): Readonly<Record<string, readonly boolean[]>> {
  return Object.fromEntries(all.map((site) => {
    const before = kept[site.path] ?? Array<boolean>(initialRank).fill(true);
    const now = new Set(left(site));
    let at = 0;
    return [moduleNames(modelInfo, site.e)[0], before.map((was) => was && now.has(at++))];
  }));
}

function tensorsOf(
  modelInfo: ModelInfo,
  { a, b, e, rank, inFeatures, outFeatures }: Triplets,
  left: readonly number[],
  values: Values,
): PeftTensor[] {
  const tensor = (name: string, shape: number[], data: number[]) => ({
    name: wrappedNames(modelInfo, name)[0],
    shape,
    data: Float32Array.from(data),
  });
  const rows = left.flatMap((
    k,
  ) => [...values.get(a)!.subarray(k * inFeatures, (k + 1) * inFeatures)]);
  const columns = rank === 0 ? [] : Array.from(
    { length: outFeatures },
    (_, row) => left.map((k) => values.get(b)![row * rank + k]),
  ).flat();
  return [
    tensor(a, [left.length, inFeatures], rows),
    tensor(b, [outFeatures, left.length], columns),
    tensor(e, [left.length, 1], left.map((k) => values.get(e)![k])),
  ];
}
