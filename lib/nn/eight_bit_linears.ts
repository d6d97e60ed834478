/**
 * Which linear layers of a training compute in eight bits, and their weights in a program.
 *
 * @module
 */
import {
  type EightBitCodes,
  eightBitCodes,
  eightBitInputs,
  type EightBitUse,
  type FrozenSource,
  heldSource,
  type InputSpec,
} from "../engine/mod.ts";
import type { LinearLayer } from "./layer.ts";
import type { AttachedMethod } from "./method.ts";
import type { Model } from "./model.ts";
import { trainedWeights } from "./trained.ts";

/** A linear layer that keeps computing in float32. */
export interface FloatLinear {
  readonly path: string;
  readonly reason: string;
}

/** How the linear layers of a training are computed. */
export interface EightBitLinears {
  /** Weight path → the codes that its products take; none for trained weights, rounded in every step. */
  readonly chosen: ReadonlyMap<string, readonly EightBitUse[]>;
  /** The others, each with the reason. */
  readonly left: readonly FloatLinear[];
}

const ofBoth: readonly EightBitUse[] = ["forward", "backward"];
/** A base that is held in int8 to save memory gets one set of codes for both products. */
const ofRows: readonly EightBitUse[] = ["rows"];

/** Which linear layers are worth it. */
export interface EightBitRule {
  /** Layers with fewer features on a side stay in float32; 256 unless given. */
  readonly leastFeatures?: number;
  /**
   * Computes layers that are trained in eight bits, too, but not heads: x·Wᵀ and dy·W; the gradient of W
   * stays in float32 (SwitchBack, arXiv 2304.13013). True unless given.
   */
  readonly trained?: boolean;
}

/**
 * Below, rounding x and scaling the sums costs more than the product saves: 1,024 rows of 128 × 128 take
 * 1.4 times as long as in float32, of 256 × 256 as long, of 384 × 384 .8 (AMD EPYC of family 25 without
 * VNNI, forward and backward together).
 */
const leastFeatures = 256;

/**
 * The linear layers that a product of whole numbers can take the place of. Gradients of what is trained stay
 * in float32 everywhere.
 */
export function eightBitLinears(
  { model, adapter }: { readonly model: Model; readonly adapter: AttachedMethod },
  { leastFeatures: least = leastFeatures, trained: withTrained = true }: EightBitRule = {},
): EightBitLinears {
  const trained = new Set(trainedWeights(model, adapter).map(({ path }) => path));
  const chosen = new Map<string, readonly EightBitUse[]>();
  const left: FloatLinear[] = [];
  for (const layer of model.layers) {
    if (layer.kind !== "linear" || layer.isUnread) continue;
    const weight = weightPath(layer);
    const held = model.quantized?.get(weight)?.format;
    const features = Math.min(layer.inFeatures, layer.outFeatures);
    const isTrained = trained.has(weight);
    const staysTrained = isTrained && (!withTrained || model.head.includes(layer.path));
    const reason = staysTrained
      ? "it is trained"
      : features < least
      ? `${features} features are too few`
      : held !== undefined && held !== "int8"
      ? `it is held in ${held}`
      : undefined;
    if (reason) left.push({ path: layer.path, reason });
    else chosen.set(weight, isTrained ? [] : held ? ofRows : ofBoth);
  }
  return { chosen, left };
}

/** Columns that are enough for the outliers of a trained encoder: MiniLM has up to seven beside 384. */
const mostOutlierColumns = 8;
/** A narrow layer has no more than this share of them. */
const outlierShare = 1 / 16;

/** So many columns of a layer's input, those with the largest numbers, are multiplied in float32. */
export function outlierColumnsOf(inFeatures: number): number {
  return Math.min(mostOutlierColumns, Math.floor(inFeatures * outlierShare));
}

/** What a person is told: `36 of 38 linear layers in int8; left: classifier (it is trained)`. */
export function eightBitText({ chosen, left }: EightBitLinears): string {
  const all = chosen.size + left.length;
  const byReason = Map.groupBy(left, ({ reason }) => reason);
  const others = [...byReason].map(([reason, linears]) =>
    linears.length > 3
      ? `${linears.length} (${reason})`
      : `${linears.map(({ path }) => path).join(", ")} (${reason})`
  );
  const said = `${chosen.size} of ${all} linear layers in int8`;
  return others.length === 0 ? said : `${said}; left: ${others.join(", ")}`;
}

/** The input names of a weight's codes for one use. */
export function eightBitNames(weight: string, use: EightBitUse): { codes: string; scales: string } {
  return { codes: `${weight}.int8.${use}.codes`, scales: `${weight}.int8.${use}.scales` };
}

/** The program inputs of those weights; float32 ones that nothing reads then cost nothing. */
export function eightBitWeightInputs(
  { model }: { readonly model: Pick<Model, "layers"> },
  { chosen }: Pick<EightBitLinears, "chosen">,
): Record<string, InputSpec> {
  const inputs: Record<string, InputSpec> = {};
  for (const layer of model.layers) {
    if (layer.kind !== "linear") continue;
    const weight = weightPath(layer);
    for (const use of chosen.get(weight) ?? []) {
      const { codes, scales } = eightBitInputs(use, [layer.outFeatures, layer.inFeatures]);
      const names = eightBitNames(weight, use);
      inputs[names.codes] = codes;
      inputs[names.scales] = scales;
    }
  }
  return inputs;
}

/** A matrix that was read last, with the codes that it has so far. */
interface LastRead {
  readonly path: string;
  readonly numbers: Float32Array;
  readonly made: Map<EightBitUse, EightBitCodes>;
}

/**
 * Gives a program the codes beside what `read` gives. Programs ask for all of a matrix, one after the
 * other: it is read once for that.
 */
export function withEightBits(
  { layers }: Pick<Model, "layers">,
  read: FrozenSource,
  weightOf: (path: string) => Float32Array,
): FrozenSource {
  const linears = new Map(
    layers.filter((layer) => layer.kind === "linear").map((layer) => [weightPath(layer), layer]),
  );
  let last: LastRead | undefined;
  return heldSource((name) => {
    const [, path, use, role] =
      /^(.+)\.int8\.(forward|backward|rows)\.(codes|scales)$/.exec(name) ??
        [];
    const linear = path === undefined ? undefined : linears.get(path);
    if (!linear) {
      last = undefined;
      return read(name);
    }
    if (last?.path !== path) last = { path, numbers: weightOf(path), made: new Map() };
    const { numbers, made } = last;
    const size = [linear.outFeatures, linear.inFeatures];
    const codes = made.get(use as EightBitUse) ?? eightBitCodes(use as EightBitUse, numbers, size);
    made.set(use as EightBitUse, codes);
    return codes[role as "codes" | "scales"];
  }, read.holderOf);
}

function weightPath({ path }: LinearLayer): string {
  return `${path}.weight`;
}
