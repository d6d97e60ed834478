/**
 * A search over plans as plain JSON: a plan's fields, and a section that says what varies.
 *
 * @module
 */
import { unknownOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { SearchHistory } from "../../search/history.ts";
import { prunerOf } from "../../search/pruners/mod.ts";
import { samplerOf } from "../../search/samplers/mod.ts";
import { spaceFromJson, spaceToJson } from "../../search/space/space_json.ts";
import { specFromJson } from "../plan_from_json.ts";
import { type PlanJson, specToJson } from "../plan_json.ts";
import type { PlanSpace } from "./plan_space.ts";
import type { FrontRule, SearchCost } from "./search_costs.ts";
import {
  type PlanSearchOptions,
  type SearchBudget,
  searchOptionRules,
  type TrialConstraints,
} from "./search_options.ts";
import type { SearchSpec } from "./search_spec.ts";
import { plainSpace, refuseOwnMethods } from "./space_without_methods.ts";

/** A sampler or a pruner as JSON: its name, with its settings beside it. */
export interface NamedJson extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/** A search over plans as plain JSON. */
export interface SearchJson extends Omit<PlanJson, "method"> {
  /** Absent where the space names methods. */
  readonly method?: PlanJson["method"];
  readonly search: {
    /** As `spaceToJson` writes it. */
    readonly space: unknown;
    /** The name of the score. */
    readonly metric?: string;
    readonly costs?: readonly SearchCost[];
    readonly rule?: FrontRule;
    readonly budget?: SearchBudget;
    readonly sampler?: NamedJson;
    readonly pruner?: NamedJson;
    readonly constraints?: TrialConstraints;
    readonly from?: string | SearchHistory;
    readonly file?: string;
    readonly seed?: number;
  };
}

/** What stands where a plan needs a method and the space has it. */
const noMethod: PlanJson["method"] = { name: "head", settings: {} };

/** Writes a search as JSON. What a name cannot bring back is an error. */
export function searchToJson({ plan, space, options }: SearchSpec): SearchJson {
  refuseOwnMethods(space);
  const { method, ...json } = specToJson({ ...plan, method: plan.method ?? headStandIn() });
  const { metric, sampler, pruner, ...others } = options;
  return {
    ...json,
    ...(plan.method ? { method } : {}),
    search: {
      space: spaceToJson(plainSpace(space)),
      ...(metric === undefined
        ? {}
        : { metric: typeof metric === "string" ? metric : metric.name }),
      ...others,
      ...(sampler ? { sampler: { name: sampler.name, ...sampler.settings } } : {}),
      ...(pruner ? { pruner: { name: pruner.name, ...pruner.settings } } : {}),
    },
  };
}

function headStandIn() {
  return { method: noMethod.name, settings: {} } as NonNullable<SearchSpec["plan"]["method"]>;
}

/** Whether plain JSON is a search and no plan alone. */
export function isSearchJson(json: unknown): boolean {
  return isRecord(json) && json.search !== undefined;
}

/** Reads what `searchToJson` gave; the parts are not checked together yet. */
export function searchFromJson(json: unknown): SearchSpec {
  const { search, ...plan } = Object(json) as Partial<SearchJson>;
  if (!isRecord(search)) {
    throw new TunebookError("input", "this is no search: it has no section search");
  }
  const { method, ...rest } = specFromJson({ ...plan, method: plan.method ?? noMethod });
  const wrong: Mistake[] = [];
  const attempt = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(...error.mistakes.length > 0 ? error.mistakes : [mistakeOf(() => error.message)]);
      return undefined;
    }
  };
  const { space, sampler, pruner, ...options } = search as SearchJson["search"];
  wrong.push(...unknownOptions(search, ["space", ...Object.keys(searchOptionRules)], "field"));
  const varied = attempt(() => spaceFromJson(space));
  const chosen = sampler && attempt(() => named("sampler", sampler, samplerOf));
  const pruning = pruner && attempt(() => named("pruner", pruner, prunerOf));
  if (wrong.length > 0) {
    throw mistakes(
      "input",
      "this search cannot be read:",
      wrong.map((mistake) => ({ ...mistake, part: "search" })),
    );
  }
  return {
    plan: { ...rest, ...(plan.method === undefined ? {} : { method }) },
    space: varied as PlanSpace,
    options: {
      ...options,
      ...(chosen ? { sampler: chosen } : {}),
      ...(pruning ? { pruner: pruning } : {}),
    } as PlanSearchOptions,
  };
}

/** `{ "name": "tpe", … }` or `"tpe"`. */
function named<Value>(
  what: string,
  given: NamedJson | string,
  make: (name: string, settings: Readonly<Record<string, unknown>>) => Value,
): Value {
  if (typeof given === "string") return make(given, {});
  if (isRecord(given) && typeof given.name === "string") {
    const { name, ...settings } = given;
    return make(name, settings);
  }
  throw new TunebookError("input", `${what} must be a name with settings, { "name": "tpe" }`);
}
