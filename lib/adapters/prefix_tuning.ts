/**
 * Prefix tuning (Li and Liang, arXiv 2101.00190; with classifiers, P-tuning v2, arXiv 2110.07602): every
 * layer's attention sees N more keys and values before those of the text. They are trained
 * themselves, or, with `projection`, made by embedding → linear → tanh → linear, the paper's way to
 * steadier training. Text positions start after the prefix, as after a cache.
 *
 * It starts at a text's keys and values where one is given, else at zeros. On PEFT's GSM8K
 * comparison (a decoder) 200 tokens gave .186 from a random start at 1e-3 and .358 from zeros at
 * 5e-3, and 50 from real tokens .416 at 5e-3; what of it is the rate's share is not known. 20
 * tokens and a rate of 1e-2 are those of PEFT's example for classes. On 1,500 of the sentiment
 * rows, three epochs, accuracy was .840 at 3e-3, .867 at 1e-2, .885 at 3e-2; at 1e-2 .853 with 5
 * tokens, .867 with 50, .883 from a text, .873 from a random start. Zeros learn slowly: in 94 steps
 * .809, where a random start had .862. The head learns at the same rate, and with RoBERTa's of two
 * layers 3e-2 ended at a higher loss (.37) than 1e-2 (.30).
 *
 * A projection adds up many weights, which move together: .793 at 1e-4, .837 at 3e-4, .692 at 1e-3,
 * and at 1e-2 nothing was learnt. Its rate is 3e-4; the paper's is 5e-5.
 *
 * In an encoder-decoder all three attentions get a prefix, as in the paper (section 4.3 and its code); PEFT's
 * folders know the decoder's own alone. PEFT deals out their layers in steps of two (0.21): of L layers, layer l
 * has the l-th pair of keys and values by 2·l modulo L, so that where L is even half of them serve two layers
 * and the others none. A prefix of `sites: ["decoder"]` is the same.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import { stackOf } from "../nn/encoder.ts";
import { keyValueSizes } from "../nn/key_value_sizes.ts";
import { type AttentionPlace, attentionPlaces } from "../nn/attention_places.ts";
import type { AttentionSite } from "../nn/attention_site.ts";
import type {
  AttachedMethod,
  HookContext,
  Method,
  ModelInfo,
  Parameter,
  PeftFormat,
} from "../nn/method.ts";
import { computed } from "./parts/computed.ts";
import { apply, dense, table } from "./parts/dense.ts";
import { captureKeysValues } from "./parts/key_value_capture.ts";
import { isAsInPeft, pairOf, prefixSites } from "./parts/prefix_pairs.ts";
import { checkFields } from "./peft/fields.ts";
import type { PeftConfig } from "./peft/config.ts";
import {
  type PrefixStart,
  prefixTuningMistakes,
  type PrefixTuningOptions,
  prefixTuningRules,
} from "./prefix_tuning_options.ts";
import { given } from "./settings.ts";
import { forEachRow, idsOf, lengthen, promptFields, promptFormat } from "./parts/virtual_tokens.ts";

const name = "prefix_tuning";
const defaultTokens = 20;
const learningRate = 1e-2;
const projectionRate = 3e-4;
const embedding = "embedding.weight";
const first = "transform.0";
const second = "transform.2";

interface Settings {
  readonly tokens: number;
  readonly projection: boolean;
  readonly start: PrefixStart;
  readonly hidden?: number;
  readonly text?: string;
  readonly sites?: readonly AttentionSite[];
}

/**
 * Keys and values before the text in every layer.
 *
 * @example
 * ```ts
 * import { prefixTuning } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(prefixTuning().settings.start, "zero");
 * assert.throws(() => prefixTuning({ projection: true, text: "good or bad" }), /projection/);
 * ```
 */
export function prefixTuning(options: PrefixTuningOptions = {}): Method {
  checkOptions(name, options, prefixTuningRules, () => prefixTuningMistakes(options));
  const settings: Settings = {
    tokens: defaultTokens,
    projection: false,
    start: options.text === undefined ? "zero" : "text",
    ...given(options),
  };
  const { start, projection } = settings;
  const made = (captured?: Float32Array): Method => ({
    method: name,
    settings: { ...settings },
    learningRate: projection ? projectionRate : learningRate,
    attach: (modelInfo) => attach(modelInfo, settings, captured),
  });
  if (start !== "text") return made();
  return {
    ...made(),
    prepare: async (modelInfo) => made(await capturedPrefix(modelInfo, settings)),
  };
}

/** The attentions that get a prefix. */
function placesOf({ modelType, config, family }: ModelInfo, { sites }: Settings): AttentionPlace[] {
  stackOf(family); // Attentions of other models have sizes of their own.
  if (sites === undefined || family.decoder) return attentionPlaces(config, sites);
  throw new TunebookError(
    "input",
    `${name}: sites belong to encoder-decoders, and ${modelType} is none; leave sites out`,
  );
}

function attach(modelInfo: ModelInfo, settings: Settings, captured?: Float32Array): AttachedMethod {
  const { tokens, projection, start, hidden = modelInfo.config.hiddenSize } = settings;
  const places = placesOf(modelInfo, settings);
  const { width } = keyValueSizes(modelInfo.config);
  const whole = places.length * 2 * width;
  const parameters: Parameter[] = projection
    ? [
      table(embedding, tokens, width),
      ...dense(first, width, hidden),
      ...dense(second, hidden, whole, { zero: start === "zero" }),
    ]
    : [startOf(table(embedding, tokens, whole), start, captured)];
  /** The columns of one layer's keys or values, [tokens, width]; the `part`s alternate. */
  const columns = (context: HookContext, part: number): Tensor => {
    if (!projection) {
      return tf.slice(context.parameter(embedding), [0, part * width], [tokens, width]);
    }
    const inner = tf.tanh(apply(first, context.parameter(embedding), context));
    const weight = context.parameter(`${second}.weight`);
    const bias = context.parameter(`${second}.bias`);
    return tf.add(
      tf.matMul(inner, tf.slice(weight, [part * width, 0], [width, hidden]), false, true),
      tf.slice(bias, [part * width], [width]),
    );
  };
  const shape = [tokens, whole];
  return {
    parameters,
    trains: () => false,
    prefixTokens: tokens,
    ...(settings.sites ? { prefixSites: settings.sites } : {}),
    keysValues(layer, given, context, site) {
      const own = places.findIndex((place) => place.site === site && place.layer === layer);
      if (own < 0) return given;
      const { heads, size } = places[own];
      const at = pairOf(places, own);
      const { keys, values, mask } = given;
      const [batch] = mask.shape;
      const before = (part: number) => {
        const split = tf.reshape(columns(context, part), [tokens, heads, size]);
        return forEachRow(tf.transpose(split, [1, 0, 2]), batch);
      };
      return {
        keys: tf.concat([before(2 * at), keys], 2),
        values: tf.concat([before(2 * at + 1), values], 2),
        mask: lengthen(mask, tokens, 1),
      };
    },
    ...(projection ? {} : {
      delta: (values) => ({
        linears: new Map(),
        prefix: { tokens, sites: prefixSites(places, values.get(embedding)!, { tokens, width }) },
      }),
    }),
    ...formatOf(
      modelInfo,
      places,
      promptFormat(
        {
          peft_type: "PREFIX_TUNING",
          ...promptFields(modelInfo, tokens),
          token_dim: width,
          num_layers: places.length,
          num_attention_heads: places[0].heads,
          // What makes PEFT build a cache of an encoder-decoder.
          ...(modelInfo.family.decoder ? { num_transformer_submodules: 2 } : {}),
          prefix_projection: projection,
          encoder_hidden_size: projection ? hidden : null,
        },
        shape,
        (values) =>
          projection
            ? computed(
              parameters,
              values,
              (context) =>
                tf.concat(
                  Array.from({ length: 2 * places.length }, (_, part) => columns(context, part)),
                  1,
                ),
            )
            : values.get(embedding)!,
      ),
    ),
  };
}

/** PEFT's format, or why there is none. */
function formatOf(
  { family }: ModelInfo,
  places: readonly AttentionPlace[],
  peft: PeftFormat,
): Pick<AttachedMethod, "peft" | "peftObstacle"> {
  if (!family.decoder || isAsInPeft(places)) return { peft };
  return {
    peftObstacle:
      "PEFT's prefix tuning of encoder-decoders reaches the decoder's own attention only " +
      '(0.21); train with prefixTuning({ sites: ["decoder"] }) for a folder that PEFT opens',
  };
}

function startOf(prefix: Parameter, start: PrefixStart, captured?: Float32Array): Parameter {
  if (start === "random") return prefix;
  const size = prefix.shape[0] * prefix.shape[1];
  return {
    ...prefix,
    initial() {
      if (start === "zero") return new Float32Array(size);
      if (captured) return captured;
      throw new TunebookError("input", `${name}: prepare() runs the text; attach what it gives`);
    },
  };
}

/** The text's keys and values in PEFT's order: [tokens, layers · 2 · width]. */
async function capturedPrefix(
  modelInfo: ModelInfo,
  settings: Settings,
): Promise<Float32Array> {
  const { tokens, text } = settings;
  const { maxTokens } = modelInfo.config;
  if (tokens >= maxTokens) {
    throw new TunebookError(
      "input",
      `${name}: ${tokens} tokens leave no room for a text: the model takes ${maxTokens}. Give fewer.`,
    );
  }
  const ids = idsOf(modelInfo, text!, name);
  const repeated = Array.from({ length: tokens }, (_, at) => ids[at % ids.length]);
  const places = placesOf(modelInfo, settings);
  const found = await captureKeysValues(modelInfo, repeated, places);
  const { width } = keyValueSizes(modelInfo.config);
  const whole = found.length * 2 * width;
  const made = new Float32Array(tokens * whole);
  found.flatMap(({ keys, values }) => [keys, values]).forEach((numbers, part) => {
    const own = Math.floor(part / 2);
    const { heads, size } = places[own];
    const column = (2 * pairOf(places, own) + part % 2) * width;
    for (let head = 0; head < heads; head++) {
      for (let token = 0; token < tokens; token++) {
        const from = (head * tokens + token) * size;
        made.set(
          numbers.subarray(from, from + size),
          token * whole + column + head * size,
        );
      }
    }
  });
  return made;
}

/** The prefix of a PEFT folder, without its network. */
export function prefixTuningFromPeft(config: PeftConfig): Method {
  checkFields(config, {
    numbers: ["num_virtual_tokens"],
    off: { num_transformer_submodules: [1, 2, null] },
  });
  const tokens = config.num_virtual_tokens as number;
  const plain = prefixTuning({ tokens, start: "random" });
  const inDecoder = prefixTuning({ tokens, start: "random", sites: ["decoder"] });
  return {
    ...plain,
    attach(modelInfo) {
      const attached = (modelInfo.family.decoder ? inDecoder : plain).attach(modelInfo);
      return {
        ...attached,
        peft: { ...attached.peft!, names: new Map([[embedding, ["prompt_embeddings"]]]) },
      };
    },
  };
}
