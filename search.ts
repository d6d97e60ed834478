/**
 * What searches for hyper-parameters: spaces of what may vary, samplers that choose what to try next, and
 * pruners that stop what will not be good.
 *
 * @module
 */

// Searching for a plan
export { SearchPlan } from "./lib/pipeline/plan.ts";
export type {
  KnownSpace,
  NamedMethod,
  PlanSpace,
  SearchedSettings,
  Varied,
} from "./lib/pipeline/search/plan_space.ts";
export type { NamedJson, SearchJson } from "./lib/pipeline/search/search_json.ts";
export type {
  PlanSearchOptions,
  SearchBudget,
  TrialConstraints,
} from "./lib/pipeline/search/search_options.ts";
export type { FrontRule, SearchCost } from "./lib/pipeline/search/search_costs.ts";
export type { SearchStage } from "./lib/pipeline/search/search_plan.ts";
export type {
  BestTrial,
  SearchedTrial,
  SearchResult,
} from "./lib/pipeline/search/search_result.ts";
export type { SearchSpec } from "./lib/pipeline/search/search_spec.ts";
export type { SearchedPlan } from "./lib/pipeline/search/suggested_plan.ts";

// The search
export { type KeptSearch, openSearch, type OpenSearchOptions } from "./lib/search/open_search.ts";
export {
  type AskedTrial,
  type FinishedTrial,
  type Search,
  type SearchSettings,
  startSearch,
  type StartSearchOptions,
} from "./lib/search/search.ts";
export type {
  CompleteTrial,
  Direction,
  SearchHistory,
  Trial,
  TrialNotes,
  TrialReport,
} from "./lib/search/history.ts";

// What may vary
export { choice } from "./lib/search/space/choice.ts";
export type {
  ChoiceDimension,
  Condition,
  Dimension,
  NamedDimension,
  NumberDimension,
  Point,
} from "./lib/search/space/dimension.ts";
export { float, type FloatOptions } from "./lib/search/space/float.ts";
export { int, type IntOptions } from "./lib/search/space/int.ts";
export type {
  ChoiceParameter,
  FloatParameter,
  IntParameter,
  SearchParameter,
  Suggested,
} from "./lib/search/space/parameter.ts";
export { spaceFromJson, spaceToJson } from "./lib/search/space/space_json.ts";

export { readSearch, type StoredSearch } from "./lib/search/store/read_search.ts";
export type { TrialAttempt } from "./lib/search/store/trial_attempts.ts";

// How a search looks
export { importanceChart } from "./lib/search/views/importance_chart.ts";
export { parallelCoordinatesChart } from "./lib/search/views/parallel_coordinates_chart.ts";
export {
  parameterImportance,
  type ParameterImportanceOptions,
} from "./lib/search/views/parameter_importance.ts";
export { paretoFrontChart } from "./lib/search/views/pareto_front_chart.ts";
export {
  type SearchDisplay,
  searchDisplay,
  type SearchDisplayOptions,
} from "./lib/search/views/search_display.ts";
export { searchHistoryChart } from "./lib/search/views/search_history_chart.ts";
export {
  type SearchView,
  showSearch,
  type ShowSearchOptions,
} from "./lib/search/views/show_search.ts";
export { sliceChart } from "./lib/search/views/slice_chart.ts";
export { timelineChart, type TimelineChartOptions } from "./lib/search/views/timeline_chart.ts";
export { trialCurvesChart } from "./lib/search/views/trial_curves_chart.ts";
export type { SearchChartOptions } from "./lib/search/views/viewed_search.ts";

// Samplers
export { cmaEs, type CmaEsOptions } from "./lib/search/samplers/cma_es.ts";
export { evolution, type EvolutionOptions } from "./lib/search/samplers/evolution.ts";
export {
  gaussianProcess,
  type GaussianProcessOptions,
} from "./lib/search/samplers/gaussian_process.ts";
export { gridSearch, type GridSearchOptions } from "./lib/search/samplers/grid_search.ts";
export { nsga2, type Nsga2Options } from "./lib/search/samplers/nsga2.ts";
export { quasiRandom, type QuasiRandomOptions } from "./lib/search/samplers/quasi_random.ts";
export { randomSearch } from "./lib/search/samplers/random_search.ts";
export type { SearchSampler } from "./lib/search/samplers/sampler.ts";
export { autoSampler } from "./lib/search/samplers/auto_sampler.ts";
export { tpe, type TpeOptions } from "./lib/search/samplers/tpe.ts";

// Pruners
export { hyperband, type HyperbandOptions } from "./lib/search/pruners/hyperband.ts";
export { medianPruner, type MedianPrunerOptions } from "./lib/search/pruners/median_pruner.ts";
export type { Pruner } from "./lib/search/pruners/pruner.ts";
export {
  successiveHalving,
  type SuccessiveHalvingOptions,
} from "./lib/search/pruners/successive_halving.ts";
export {
  wilcoxonPruner,
  type WilcoxonPrunerOptions,
} from "./lib/search/pruners/wilcoxon_pruner.ts";
export {
  type WilcoxonOptions,
  wilcoxonSignedRank,
  type WilcoxonTest,
} from "./lib/evaluate/wilcoxon_signed_rank.ts";
