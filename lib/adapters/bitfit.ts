/**
 * BitFit (Ben Zaken et al., arXiv 2106.10199): trains the biases and nothing else, those of linears
 * and of norms. A linear's bias is trained as what is added to it, b + Δ, which is the same to the
 * optimiser and is how PEFT stores it: as its BEFT, with the norms as modules to save. BEFT knows
 * no GPT-2, so that this has no PEFT folder. A linear that has no bias gains one where `targets`
 * name it, as with BEFT; it cannot be merged then. The paper searches rates from 1e-4 to 1e-3, for
 * small sets up to 1e-2; on 1,500 of the sentiment rows, three epochs, accuracy was .857 at 3e-4,
 * .858 at 1e-3, .880 at 3e-3 and .877 at 1e-2. On a decoder PEFT's GSM8K comparison gives .321 at
 * 1e-4 with the values' biases only.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, yesOrNo } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import { tf } from "../engine/mod.ts";
import type { AttachedMethod, Method, ModelInfo, PeftFormat } from "../nn/method.ts";
import type { Layer } from "../nn/layer.ts";
import { chooseTargets, type Targets } from "../nn/targets.ts";
import {
  checkFields,
  fanInFanOut,
  moduleTargets,
  namesForPeft,
  targetsOf,
  wrappedNames,
} from "./peft/fields.ts";
import type { PeftConfig } from "./peft/config.ts";
import { layerNames } from "./settings.ts";

/** Settings of BitFit. */
export interface BitfitOptions {
  /** The linears whose biases are trained, or made where there are none; all that have one unless given. */
  readonly targets?: Targets;
  /** Trains the norms' biases too; true unless given. */
  readonly norms?: boolean;
}

/** What the settings must be. */
export const bitfitRules: Rules<BitfitOptions> = { targets: layerNames, norms: yesOrNo };

const learningRate = 3e-3;

/**
 * Biases only.
 *
 * @example
 * ```ts
 * import { bitfit } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(bitfit().settings, { targets: "all-linear", norms: true });
 * ```
 */
export function bitfit(options: BitfitOptions = {}): Method {
  checkOptions("bitfit", options, bitfitRules);
  const { targets = "all-linear", norms = true } = options;
  return {
    method: "bitfit",
    settings: { targets, norms },
    learningRate,
    attach: (modelInfo) => attach(modelInfo, targets, norms),
  };
}

const change = (path: string) => `${path}.beft_bias`;

function attach(modelInfo: ModelInfo, targets: Targets, norms: boolean): AttachedMethod {
  const hasBias = ({ bias }: { readonly bias?: boolean }) => bias !== false;
  const named = chooseTargets(modelInfo, targets);
  const chosen = targets === "all-linear" ? named.filter(hasBias) : named;
  const sites = new Map(chosen.map((layer) => [layer.path, layer]));
  const trainedNorms = norms ? modelInfo.layers.filter(isNorm).filter(hasBias) : [];
  if (sites.size + trainedNorms.length === 0) {
    throw new TunebookError(
      "unsupported",
      `bitfit: ${modelInfo.modelType} has no biases there to train`,
    );
  }
  const trained = new Set(trainedNorms.map(({ path }) => `${path}.bias`));
  const parameters = [...sites.values()].map(({ path, outFeatures }) => ({
    name: change(path),
    shape: [1, outFeatures],
    decay: false,
    initial: () => new Float32Array(outFeatures),
  }));
  // PEFT saves whole modules, so that a norm's scale stands beside its bias.
  const frozen = trainedNorms.map(({ path, width }) => ({
    name: `${path}.weight`,
    shape: [width],
    values: () => modelInfo.weights.get(`${path}.weight`)!,
  }));
  const stored = [...parameters, ...frozen];
  const format: PeftFormat = {
    write: (values) => ({
      config: {
        peft_type: "BEFT",
        target_modules: namesForPeft(modelInfo, targets, [...sites.keys()]),
        modules_to_save: moduleTargets(modelInfo, trainedNorms.map(({ path }) => path)),
        init_weights: true,
      },
      tensors: stored.map(({ name, shape }) => ({
        name: wrappedNames(modelInfo, name)[0],
        shape,
        data: values.get(name)!,
      })),
    }),
    names: new Map(stored.map(({ name }) => [name, wrappedNames(modelInfo, name)])),
  };
  return {
    parameters,
    frozen,
    targets: [...sites.keys()],
    trains: (path) => trained.has(path),
    output: (path, _x, y, context) =>
      sites.has(path) ? tf.add(y, context.parameter(change(path))) : y,
    ...(chosen.every(hasBias)
      ? { mergedIntoBias: ({ path }, values) => values.get(change(path)) } satisfies Partial<
        AttachedMethod
      >
      : {}),
    delta: (values) => ({
      linears: new Map(chosen.map(({ path }) => [path, { offset: values.get(change(path))! }])),
    }),
    ...(fanInFanOut(modelInfo, [...sites.keys()]) ? {} : { peft: format }),
  };
}

function isNorm(layer: Layer): layer is Extract<Layer, { kind: "norm" }> {
  return layer.kind === "norm";
}

/** The method in a PEFT folder: its norms are trained where any of them is saved. */
export function bitfitFromPeft(config: PeftConfig): Method {
  checkFields(config, { targets: true });
  const { modules_to_save: saved } = config;
  const norms = Array.isArray(saved) && saved.some((name) => /norm/i.test(String(name)));
  return bitfit({ targets: targetsOf(config), norms });
}
