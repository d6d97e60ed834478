/**
 * Which head a task asks of a model's family.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Family, Head, ModelConfig, RowHead } from "./family.ts";
import { type Layer, weightsOf } from "./layer.ts";

/** The head of a family that a task needs. */
export interface HeadRequest {
  /** One of the family's heads: `classification`, `tokens`, `span`, `language`, `embedding`. */
  readonly name: string;
  /** How many numbers it gives; without meaning for a head whose size is the model's own. */
  readonly outputs: number;
  /** True where a head that the checkpoint has must not be used: its numbers mean something else. */
  readonly isNew?: boolean;
  /** What it reads in the place of the features that the family's head names. */
  readonly reads?: "layerQueries";
}

/**
 * The head of that name.
 *
 * @param known all families, so that the error of kind "unsupported" can say which of them have it: those that take
 * what the family takes, where there are any
 */
export function headOf<Config extends ModelConfig>(
  family: Pick<Family<Config>, "modelType" | "heads" | "input">,
  name: string,
  known: readonly Pick<Family, "modelType" | "heads" | "input">[] = [],
): Head<Config> {
  if (Object.hasOwn(family.heads, name)) return family.heads[name];
  const all = known.filter(({ heads }) => Object.hasOwn(heads, name));
  const alike = all.filter(({ input }) => input === family.input);
  const others = (alike.length > 0 ? alike : all).map(({ modelType }) => modelType);
  const hint = others.length > 0 ? ` Families that have one: ${others.join(", ")}.` : "";
  throw new TunebookError(
    "unsupported",
    `${family.modelType} models have no head "${name}"; they have ` +
      `${Object.keys(family.heads).join(", ")}.${hint}`,
  );
}

/** The head as one that reads vectors, for what cannot do with maps. */
export function rowHead<Config>(head: Head<Config>): RowHead<Config> {
  if (head.reads !== "maps") return head;
  throw new TunebookError(
    "unsupported",
    `the head of ${head.className} reads maps of an image, of which no rows can be asked`,
  );
}

/** The weight that has a row for each output, and how many rows for something else, such as "no object". */
export function classifierOf(
  head: Head<ModelConfig>,
  config: ModelConfig,
): { readonly path: string; readonly others: number } | undefined {
  const [one, two] = [1, 2].map((outputs) => head.layers(config, outputs).flatMap(weightsOf));
  const at = one.findIndex(({ path, shape }, at) =>
    path.endsWith(".weight") && shape[0] !== two[at].shape[0]
  );
  const found = at < 0 ? one.findLast(({ path }) => path.endsWith(".weight")) : one[at];
  return found && { path: found.path, others: at < 0 ? 0 : found.shape[0] - 1 };
}

/** The body's layers as a model with a head has them: without those that such models leave out. */
export function bodyUnder<Config extends ModelConfig>(
  family: Pick<Family<Config>, "layers">,
  config: Config,
  { unused, unread }: Pick<Head<Config>, "unused" | "unread">,
): Layer[] {
  return family.layers(config).filter(({ path }) => !unused?.test(path)).map((layer): Layer =>
    canBeUnread(layer) && unread?.test(layer.path) ? { ...layer, isUnread: true } : layer
  );
}

type UnreadLayer = Extract<Layer, { readonly isUnread?: boolean }>;

function canBeUnread(layer: Layer): layer is UnreadLayer {
  return layer.kind === "linear" || layer.kind === "conv" || layer.kind === "batchNorm";
}
