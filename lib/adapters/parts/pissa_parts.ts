/**
 * LoRA with PiSSA's start: what is trained, what is frozen, and how it is written as a plain LoRA.
 *
 * A plain LoRA has no place for the changed weight W − s·B₀·A₀. As W + s·(B·A − B₀·A₀) the model is
 * a LoRA of twice the rank on the pretrained weight: A over A₀, B beside −B₀ (PEFT converts likewise).
 *
 * @module
 */
import type { FrozenTensor, ModelInfo } from "../../nn/method.ts";
import type { LoraSettings } from "../lora_options.ts";
import { type ConvertedLora, magnitudeSuffix } from "../peft/lora.ts";
import { type LoraTarget, scaledProduct } from "./lora_target.ts";
import { type PissaStart, pissaStart } from "./pissa.ts";

/** What PiSSA adds to LoRA. */
export interface PissaParts {
  /** Where a site's A and B start; the weight is read when it is asked for. */
  startOf(site: LoraTarget): () => PissaStart;
  /** The rests of the weights. */
  readonly frozen: readonly FrozenTensor[];
  readonly converted: ConvertedLora;
}

/** Prepares PiSSA for some sites. Each weight is decomposed once. */
export function pissaParts(
  { weights }: ModelInfo,
  sites: readonly LoraTarget[],
  settings: LoraSettings,
): PissaParts {
  const known = new Map<LoraTarget, PissaStart>();
  const startOf = (site: LoraTarget) => () => {
    const { layer, rank, scale } = site;
    const start = known.get(site) ??
      pissaStart(weights.get(`${layer.path}.weight`)!, { ...layer, rank, scale });
    known.set(site, start);
    return start;
  };
  return {
    startOf,
    frozen: sites.map((site) => ({
      name: `${site.layer.path}.weight`,
      shape: [site.layer.outFeatures, site.layer.inFeatures],
      values() {
        const { a, b } = startOf(site)();
        const taken = scaledProduct(b, a, { ...site.layer, ...site });
        return weights.get(`${site.layer.path}.weight`)!.map((each, i) => each - taken[i]);
      },
    })),
    converted: {
      config: doubled(settings),
      tensors: (values) =>
        sites.flatMap((site) => [
          ...bothMatrices(site, values, startOf(site)()),
          ...magnitudes(site, values),
        ]),
    },
  };
}

/** Twice the rank with the same scale. */
function doubled({ rank, alpha, rankStabilised, ranks, alphas }: LoraSettings) {
  const twice = (value: number) => 2 * value;
  const rescaled = (value: number) => value * (rankStabilised ? Math.SQRT2 : 2);
  const each = (values: Readonly<Record<string, number>>, change: (value: number) => number) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
  return {
    r: twice(rank),
    lora_alpha: rescaled(alpha),
    rank_pattern: each(ranks, twice),
    alpha_pattern: each(alphas, rescaled),
    init_lora_weights: true,
  };
}

function bothMatrices(
  { layer: { inFeatures, outFeatures }, rank, a, b }: LoraTarget,
  values: ReadonlyMap<string, Float32Array>,
  start: PissaStart,
) {
  const left = new Float32Array(outFeatures * 2 * rank);
  const trained = values.get(b)!;
  for (let row = 0; row < outFeatures; row++) {
    for (let k = 0; k < rank; k++) {
      left[row * 2 * rank + k] = trained[row * rank + k];
      left[row * 2 * rank + rank + k] = -start.b[row * rank + k];
    }
  }
  return [
    {
      name: a,
      shape: [2 * rank, inFeatures],
      data: Float32Array.from([...values.get(a)!, ...start.a]),
    },
    { name: b, shape: [outFeatures, 2 * rank], data: left },
  ];
}

function magnitudes({ layer }: LoraTarget, values: ReadonlyMap<string, Float32Array>) {
  const name = `${layer.path}${magnitudeSuffix}`;
  const data = values.get(name);
  return data ? [{ name, shape: [layer.outFeatures], data }] : [];
}
