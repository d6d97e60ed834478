/**
 * Charts, and what values look like in a notebook.
 *
 * @module
 */

// Charts
export { type Attention, attentionChart } from "./lib/chart/attention_chart.ts";
export { boxPrecisionRecallChart } from "./lib/chart/box_precision_recall_chart.ts";
export { calibrationChart, type CalibrationChartOptions } from "./lib/chart/calibration_chart.ts";
export {
  type Channel,
  type Chart,
  chart,
  type ChartOptions,
  type MarkOptions,
} from "./lib/chart/chart.ts";
export { classBarsChart } from "./lib/chart/class_bars_chart.ts";
export { confusionChart, type ConfusionCounts } from "./lib/chart/confusion_chart.ts";
export type { PredictedRows } from "./lib/chart/curves_by_class.ts";
export { divergenceChart, type DivergencePoint } from "./lib/chart/divergence_chart.ts";
export type { Drawing, Spec } from "./lib/chart/drawing.ts";
export {
  embeddingChart,
  type EmbeddingChartOptions,
  type Embeddings,
} from "./lib/chart/embedding_chart.ts";
export { learningRateChart, type SweepCurves } from "./lib/chart/learning_rate_chart.ts";
export { lossChart, type LossChartOptions, type RunCurves } from "./lib/chart/loss_chart.ts";
export { precisionRecallChart } from "./lib/chart/precision_recall_chart.ts";
export type { ProjectOptions } from "./lib/chart/project.ts";
export { rocChart } from "./lib/chart/roc_chart.ts";
export type { PlacesWords } from "./lib/chart/places_chart.ts";
export type { ChartData } from "./lib/chart/rows.ts";
export { methodChart, type MethodChartOptions } from "./lib/pipeline/display/method_chart.ts";
export type { ScoreCurve, ScorePoint } from "./lib/chart/score_curve.ts";
export {
  scoreThresholdChart,
  type ScoreThresholdChartOptions,
} from "./lib/chart/score_threshold_chart.ts";
export {
  seriesChart,
  type SeriesChartOptions,
  type SeriesPoint,
} from "./lib/chart/series_chart.ts";
export { type ComparedRun, runsChart, type RunsChartOptions } from "./lib/chart/runs_chart.ts";

// Displays
export type { Displayed, MimeBundle } from "./lib/core/display.ts";
export type { Notebook } from "./lib/core/notebook.ts";
export { displayOfTensor, type ShownTensor } from "./lib/engine/tensor_display.ts";
export { displayOfTable } from "./lib/table/table_display.ts";
