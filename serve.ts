/**
 * Trained models over HTTP, and what watches them. As a program it is the command:
 * `deno run --allow-all npm:@tunebook/tunebook/serve FOLDER…`.
 *
 * @module
 */

// Serving
export { serve, type ServeModelsOptions } from "./lib/pipeline/serve/serve.ts";
export type { ServeStoreOptions, ServeWatchOptions } from "./lib/pipeline/serve/open_watches.ts";
export type { ServeResultOptions } from "./lib/pipeline/serve/serve_result.ts";
export type { ServeSources } from "./lib/pipeline/serve/served_sources.ts";
export type { ServeOptions } from "./lib/serve/serve_options.ts";
export type { Server } from "./lib/serve/server.ts";

// Watching
export {
  openWatch,
  type Watch,
  type WatchedRequest,
  type WatchOptions,
} from "./lib/serve/watch/open_watch.ts";
export { readReport, type ReportView } from "./lib/serve/watch/report/report_display.ts";
export type {
  WatchedAccuracy,
  WatchedOutlier,
  WatchLook,
  WatchState,
} from "./lib/serve/watch/watch_report.ts";
export type { Latency, LiveState } from "./lib/serve/watch/live/request_numbers.ts";
export type { Alarm } from "./lib/serve/watch/rules/alarms.ts";
export type { Measure, WatchRule, WatchRules } from "./lib/serve/watch/rules/watch_rules.ts";
export type { StoreOptions } from "./lib/serve/watch/store/request_store.ts";
export { redact, type RedactName, type Redactor } from "./lib/serve/watch/store/redact.ts";
export type { TokensOf } from "./lib/serve/watch/request_signals.ts";
export type { ShareInterval } from "./lib/serve/watch/accuracy/estimated_accuracy.ts";
export type { ProfileBin } from "./lib/serve/watch/profile/reference_profile.ts";
export type { DriftShare, SignalDrift } from "./lib/serve/watch/drift/compare_rows.ts";

// Tests for drift
export { benjaminiHochberg, holm } from "./lib/evaluate/adjust_p_values.ts";
export {
  type ChiSquareTest,
  chiSquareTest,
  type DriftTest,
} from "./lib/serve/watch/drift/chi_square.ts";
export { jensenShannonDistance } from "./lib/serve/watch/drift/jensen_shannon.ts";
export {
  kolmogorovSmirnov,
  type KolmogorovSmirnovOptions,
  type KolmogorovSmirnovTest,
} from "./lib/serve/watch/drift/kolmogorov_smirnov.ts";
export { populationStabilityIndex } from "./lib/serve/watch/drift/population_stability_index.ts";
export {
  twoSampleClassifier,
  type TwoSampleClassifierTest,
} from "./lib/serve/watch/drift/two_sample_classifier.ts";

if (import.meta.main) {
  const { serveModels } = await import("./lib/cli/serve.ts");
  Deno.exitCode = await serveModels(Deno.args);
}
