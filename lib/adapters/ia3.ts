/**
 * (IA)³ (Liu et al., arXiv 2205.05638): a learned vector l rescales the keys and values,
 * l ∘ (x·Wᵀ + b), and the inner activations of the feed-forward layers, (l ∘ x)·Wᵀ + b. All vectors
 * start at ones. The layers are PEFT's defaults for each model type. The rate is from 1,500 of the
 * sentiment rows, three epochs: accuracy .867 at the paper's 3e-3, .873 at 1e-2, .882 at 3e-2. The head
 * learns at the same rate, and with RoBERTa's of two layers 3e-2 ended at a higher loss (.27) than
 * 1e-2 (.17). On a decoder PEFT's GSM8K comparison gives .311 at 1e-4, .398 at 1e-3, and .455 at
 * 5e-3 with all linears as targets.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import type { Rules } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import { tf } from "../engine/mod.ts";
import type { AttachedMethod, Method, ModelInfo } from "../nn/method.ts";
import type { LinearLayer } from "../nn/layer.ts";
import { chooseTargets, type Targets } from "../nn/targets.ts";
import { checkFields, fanInFanOut, namesForPeft, targetsOf, wrappedNames } from "./peft/fields.ts";
import type { PeftConfig } from "./peft/config.ts";
import { layerNames } from "./settings.ts";

/** Settings of (IA)³. */
export interface Ia3Options {
  /** The linears to rescale; keys, values and the end of each feed-forward part unless given. */
  readonly targets?: Targets;
  /** Those of them whose input is rescaled instead of their output. */
  readonly feedForward?: Targets;
}

/** What the settings must be. */
export const ia3Rules: Rules<Ia3Options> = { targets: layerNames, feedForward: layerNames };

const learningRate = 1e-2;

interface Places {
  readonly targets: Targets;
  readonly feedForward: Targets;
}

const bertPlaces: Places = {
  targets: ["key", "value", "output.dense"],
  feedForward: ["output.dense"],
};
const llamaPlaces: Places = {
  targets: ["k_proj", "v_proj", "down_proj"],
  feedForward: ["down_proj"],
};
/** Queries instead of keys, as PEFT's table has it for later families. */
const queryPlaces: Places = {
  targets: ["q_proj", "v_proj", "down_proj"],
  feedForward: ["down_proj"],
};
const t5Places: Places = { targets: ["k", "v", "wo"], feedForward: ["wo"] };
/** PEFT's for BART scales queries in the place of keys; these are the paper's. */
const bartPlaces: Places = { targets: ["k_proj", "v_proj", "fc2"], feedForward: ["fc2"] };
/** PEFT's table for the model types that it knows; DistilBERT has BERT's places by its own names. */
const defaultPlaces: Readonly<Record<string, Places>> = {
  bert: bertPlaces,
  roberta: bertPlaces,
  "xlm-roberta": bertPlaces,
  distilbert: { targets: ["k_lin", "v_lin", "ffn.lin2"], feedForward: ["ffn.lin2"] },
  vit: bertPlaces,
  deit: bertPlaces,
  yolos: bertPlaces,
  segformer: { targets: ["key", "value", "mlp.dense2"], feedForward: ["mlp.dense2"] },
  detr: bartPlaces,
  gpt2: { targets: ["c_attn", "mlp.c_proj"], feedForward: ["mlp.c_proj"] },
  llama: llamaPlaces,
  mistral: llamaPlaces,
  qwen2: queryPlaces,
  qwen3: queryPlaces,
  gemma2: queryPlaces,
  gemma3: queryPlaces,
  gemma3_text: queryPlaces,
  t5: t5Places,
  mt5: t5Places,
  bart: bartPlaces,
  mbart: bartPlaces,
  marian: bartPlaces,
};

/**
 * Learned rescaling of keys, values and feed-forward activations.
 *
 * @example
 * ```ts
 * import { ia3 } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const method = ia3({ targets: ["key", "value"], feedForward: [] });
 * assert.equal(method.method, "ia3");
 * assert.equal(method.learningRate, 1e-2);
 * ```
 */
export function ia3(options: Ia3Options = {}): Method {
  checkOptions("ia3", options, ia3Rules);
  const { targets, feedForward } = options;
  return {
    method: "ia3",
    settings: {
      ...(targets === undefined ? {} : { targets }),
      ...(feedForward === undefined ? {} : { feedForward }),
    },
    learningRate,
    attach: (modelInfo) => attach(modelInfo, placesOn(modelInfo, options)),
  };
}

function placesOn({ modelType }: ModelInfo, { targets, feedForward }: Ia3Options): Places {
  const known = Object.hasOwn(defaultPlaces, modelType) ? defaultPlaces[modelType] : undefined;
  if (targets !== undefined) return { targets, feedForward: feedForward ?? [] };
  if (known) return { ...known, ...(feedForward === undefined ? {} : { feedForward }) };
  throw new TunebookError("input", `ia3: no layers are known for ${modelType}; give targets`);
}

function attach(modelInfo: ModelInfo, { targets, feedForward }: Places): AttachedMethod {
  const chosen = chooseTargets(modelInfo, targets);
  const none = typeof feedForward !== "string" && feedForward.length === 0;
  const inner = new Set(none ? [] : chooseTargets(modelInfo, feedForward).map(({ path }) => path));
  const sites = new Map(
    chosen.map((layer) => [layer.path, { layer, isInner: inner.has(layer.path) }]),
  );
  const stray = [...inner].filter((path) => !sites.has(path));
  if (stray.length > 0) {
    throw new TunebookError("input", `ia3: feedForward names ${stray[0]}, which is no target`);
  }
  const vector = (path: string) => `${path}.ia3_l`;
  const parameters = [...sites.values()].map(({ layer, isInner }) => {
    const size = isInner ? layer.inFeatures : layer.outFeatures;
    return {
      name: vector(layer.path),
      shape: isInner ? [1, size] : [size, 1],
      decay: true,
      initial: () => new Float32Array(size).fill(1),
    };
  });
  const flat = (path: string, size: number) => [path, [1, size]] as const;
  const valuesAt = ({ path }: LinearLayer, values: ReadonlyMap<string, Float32Array>) =>
    values.get(vector(path))!;
  return {
    parameters,
    targets: [...sites.keys()],
    trains: () => false,
    linearInput(path, x, context) {
      const site = sites.get(path);
      if (!site?.isInner) return x;
      const [name, shape] = flat(vector(path), site.layer.inFeatures);
      return tf.mul(x, tf.reshape(context.parameter(name), [...shape]));
    },
    output(path, _x, y, context) {
      const site = sites.get(path);
      if (!site || site.isInner) return y;
      const [name, shape] = flat(vector(path), site.layer.outFeatures);
      return tf.mul(y, tf.reshape(context.parameter(name), [...shape]));
    },
    mergedInto(layer, values) {
      const site = sites.get(layer.path);
      if (!site) return undefined;
      const scales = valuesAt(layer, values);
      const { inFeatures } = layer;
      return modelInfo.weights.get(`${layer.path}.weight`)!.map((each, i) =>
        each * (scales[site.isInner ? i % inFeatures : Math.floor(i / inFeatures)] - 1)
      );
    },
    mergedIntoBias(layer, values) {
      const site = sites.get(layer.path);
      if (!site || site.isInner) return undefined;
      const scales = valuesAt(layer, values);
      return modelInfo.weights.get(`${layer.path}.bias`)!.map((each, i) => each * (scales[i] - 1));
    },
    delta: (values) => ({
      linears: new Map([...sites.values()].map(({ layer, isInner }) => {
        const scales = valuesAt(layer, values);
        return [layer.path, isInner ? { inputScale: scales } : { scale: scales }];
      })),
    }),
    peft: {
      write: (values) => ({
        config: {
          peft_type: "IA3",
          target_modules: namesForPeft(modelInfo, targets, [...sites.keys()]),
          feedforward_modules: none ? [] : namesForPeft(modelInfo, feedForward, [...inner]),
          fan_in_fan_out: fanInFanOut(modelInfo, [...sites.keys()]),
          init_ia3_weights: true,
        },
        tensors: parameters.map(({ name, shape }) => ({
          name: wrappedNames(modelInfo, name)[0],
          shape,
          data: values.get(name)!,
        })),
      }),
      names: new Map(parameters.map(({ name }) => [name, wrappedNames(modelInfo, name)])),
    },
  };
}

/** The method in a PEFT folder. */
export function ia3FromPeft(config: PeftConfig): Method {
  checkFields(config, { targets: true });
  return ia3({
    targets: targetsOf(config),
    feedForward: (config.feedforward_modules as Targets | null) ?? [],
  });
}
