/**
 * What is taken out of a model, and how it is checked.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import {
  anything,
  integer,
  oneOf,
  type Rules,
  text,
  whole,
  wholeShare,
} from "../../core/option_rules.ts";
import { type KeptLayers, keptLayersRule } from "../../models/kept_layers.ts";
import type { DataSource } from "../plan_spec.ts";

/** By what heads and inner numbers are compared: see `docs/pruning.md`. */
export type PruningCriterion = "magnitude" | "movement" | "wanda" | "taylor" | "random";

/** All criteria. */
export const pruningCriteria: readonly PruningCriterion[] = [
  "magnitude",
  "movement",
  "wanda",
  "taylor",
  "random",
];

/** What stays of a model. At least one of `heads`, `feedForward` and `layers` is given. */
export interface PruneOptions {
  /**
   * The share of each layer's attention heads that stays, above 0 and at most 1; of heads that share keys and values the
   * groups. As many stay in each layer, at least one.
   */
  readonly heads?: number;
  /**
   * The share of the inner numbers of each layer's feed-forward part that stays; as many in each layer, a multiple of 32
   * where the model has one.
   */
  readonly feedForward?: number;
  /**
   * How many layers stay, those that change their input the most; or which, counted from 0. Their influence is measured
   * on `rows`.
   */
  readonly layers?: KeptLayers;
  /** How heads and inner numbers are compared: `taylor` where `rows` are given, else `magnitude`. */
  readonly by?: PruningCriterion;
  /** What the model was before its training, a reference or folder: what `movement` starts from. */
  readonly base?: string;
  /** Rows of the training, a table or where one is, that the model is looked at with; never the test rows. */
  readonly rows?: DataSource;
  /** How many of the rows are used, the first ones: 128 unless given. */
  readonly mostRows?: number;
  /** What `random` draws by: 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<PruneOptions> = {
  heads: wholeShare,
  feedForward: wholeShare,
  layers: keptLayersRule,
  by: oneOf(pruningCriteria),
  base: text,
  rows: anything,
  mostRows: whole,
  seed: integer,
};

/** How heads and inner numbers are compared. */
export function criterionOf({ by, rows }: PruneOptions): PruningCriterion {
  return by ?? (rows === undefined ? "magnitude" : "taylor");
}

/** Throws one error of kind "input" with all that is wrong. */
export function checkPrune(model: unknown, options: unknown): void {
  requireOptions("prune", options);
  const given = options as PruneOptions;
  const { heads, feedForward, layers, rows } = given;
  const wrong: Mistake[] = [...optionMistakes(given, rules)];
  if (typeof model !== "string" || model === "") {
    wrong.push(optionMistake("model", 'must be a reference or a folder, "out/reviews"'));
  }
  if (heads === undefined && feedForward === undefined && layers === undefined) {
    wrong.push(
      optionMistake("heads", "is missing, and so are feedForward and layers: nothing is taken out"),
    );
  }
  const criterion = criterionOf(given);
  const needsRows = (criterion === "wanda" || criterion === "taylor") &&
    (heads !== undefined || feedForward !== undefined);
  const measuresLayers = typeof layers === "number" && criterion !== "random";
  if (rows === undefined && (needsRows || measuresLayers)) {
    const reader = needsRows ? criterion : "the influence of layers";
    wrong.push(optionMistake("rows", `are missing: ${reader} is measured on some training rows`));
  }
  wrong.push(...baseMistakes(given));
  refuseOptions("prune", wrong);
}

/** Movement goes from the base to the model, and nothing else looks at a base. */
function baseMistakes(given: PruneOptions): Mistake[] {
  const isMovement = criterionOf(given) === "movement";
  if (isMovement === (given.base !== undefined)) return [];
  return [optionMistake(
    "base",
    isMovement
      ? "is missing: movement is measured from what the model was before its training"
      : 'is given, but only by: "movement" looks at it',
  )];
}
