/**
 * Every public function that takes options refuses one that it does not know. The functions are found in
 * what `deno doc` says of `mod.ts`, which has all files of public names beside it in it: a new one without a call here fails, and so does one that takes what it does not know.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tunebook from "tunebook";
import * as datasets from "tunebook/datasets";
import { writerOf } from "../lib/pipeline/write/writer.ts";
import { adapterSetOf } from "../lib/pipeline/open/adapter_set.ts";
import { answersFrom } from "../lib/feedback/answers/feedback_answers.ts";
import { gatherJudgements } from "../lib/feedback/storage/judgements.ts";
import { comparisonOf } from "../lib/pipeline/compare/comparison.ts";
import { selectionOf } from "../lib/pipeline/select/shown_selection.ts";
import { TunebookError } from "../lib/core/errors.ts";
import { tinyModel, tinyTokenizer } from "./pipeline/tiny.ts";
import { inFolder } from "./weights/in_folder.ts";

// deno-lint-ignore no-explicit-any
type Call = (options: any) => unknown;

const table = tunebook.tableFromColumns({ text: ["a", "b"], label: ["x", "y"], tags: ["O", "O"] });
const columns = { text: "text", label: "label" };
const stage = tunebook.model("file:none").data(table, columns);
const plan = stage.adapt(tunebook.lora()).train();
const searched = tunebook.model("file:none").data(table, { ...columns, validation: 1 });
const searchedPlan = searched.adapt(tunebook.lora()).train();
const vary = { epochs: tunebook.int(1, 2) };
const budget = { budget: { trials: 1 } };
const vectors = [[1, 0], [0, 1]];
const single = tunebook.predictionsOf({
  kind: "single",
  labels: ["x", "y"],
  logits: Float32Array.of(1, 0, 0, 1),
  truth: [0, 1],
});
const anyTensor = undefined as never;
const mask = { width: 1, height: 1, data: Uint8Array.of(0) };
const scoreCurve = {
  label: "x",
  objects: 1,
  points: [{ score: 0.5, threshold: 0.25, precision: 1, recall: 1, f1: 1 }],
  averagePrecision: 1,
};
/** Nothing was said yet; options are looked at before there are rows. */
const answers = answersFrom(gatherJudgements());
/** A set whose one choice is the model alone; its options are looked at before anything is computed. */
const adapters = adapterSetOf({
  base: { opened: { reference: "none" } } as never,
  adapters: new Map(),
  alone: () => ({ task: { labels: [], task: { kind: "single" } } }) as never,
  attach: () => Promise.reject(new Error("not asked")),
});
const writer = writerOf(() => {
  throw new Error("not asked");
});
const { history: searchHistory } = tunebook.startSearch({ x: tunebook.float(0, 1) }, {
  better: "lower",
  sampler: tunebook.randomSearch(),
});
const comparison = comparisonOf({
  metric: "accuracy",
  better: "higher",
  examples: { train: 1, test: 1 },
  rows: [],
  notes: [],
  stopped: false,
});

const row = { name: "a", model: "file:none", method: "lora", folds: [], isOnFront: true };
const selection = selectionOf({
  ...{ rows: [row], best: row, chosen: row, rule: "best", metric: "accuracy" },
  ...{ poolRows: 1, notes: [] },
}, "accuracy");

/** A merge with rows, of which nothing is read before it runs. */
const mergeStage = (options?: object) =>
  tunebook.merge({ a: "a", b: "b" }, { method: tunebook.linearMerge() })
    .data(table, { ...columns, validation: 1, ...options });
const member = { predict: () => Promise.resolve([]) };

/** How each function is called with options and whatever else it needs. */
const calls: Readonly<Record<string, Call>> = {
  model: (options) => tunebook.model("file:none", options),
  open: (options) => tunebook.open("file:none", options),
  serve: (options) => tunebook.serve("file:none", options),
  "ModelStage.open": (options) => tunebook.model("file:none").open(options),
  "ModelStage.data": (options) =>
    tunebook.model("file:none").data(table, { ...columns, ...options }),
  "ModelStage.data, a task": (options) =>
    tunebook.model("file:none").data(table, tunebook.textClassification(columns), options),
  "DataStage.compare": (options) => stage.compare({ head: tunebook.head() }, options),
  "DataStage.advise": (options) => stage.advise(options),
  "DataStage.advise, the run": (options) => stage.advise({}, options),
  "DataStage.search": (options) =>
    searched.search({ method: tunebook.head(), ...vary }, { ...budget, ...options }),
  "Plan.search": (options) => searchedPlan.search(vary, { ...budget, ...options }),
  "SearchStage.run": (options) => searchedPlan.search(vary, budget).run(options),
  "AdaptStage.train": (options) => stage.adapt(tunebook.lora()).train(options),
  "Plan.evaluate": (options) => plan.evaluate({ accuracy: tunebook.accuracy }, options),
  "Plan.run": (options) => plan.run(options),
  "Plan.preview": (options) => plan.preview(options),
  "Plan.findLearningRate": (options) => plan.findLearningRate(options),
  "Plan.findLearningRate, the run": (options) => plan.findLearningRate({}, options),
  "ComparePlan.run": (options) => stage.compare({ head: tunebook.head() }).run(options),
  "Comparison.chart": (options) => comparison.chart(options),
  crossValidate: (options) => tunebook.crossValidate(plan, options),
  "crossValidate, the run": (options) => tunebook.crossValidate(plan, {}, options),
  select: (options) => tunebook.select({ plan }, options),
  "select, the run": (options) => tunebook.select({ plan }, {}, options),
  "Selection.chart": (options) => selection.chart(options),
  kFold: (options) => tunebook.kFold(table, { folds: 2, seed: 1, ...options }),
  mcNemar: (options) => tunebook.mcNemar([1], [1], options),
  "ActiveAdapter.predict": (options) => adapters.use(null).predict(["a"], options),
  rewardJudge: (options) => tunebook.rewardJudge({ one: () => 1 }, options),
  "RewardJudge.judge": (options) => tunebook.rewardJudge({ one: () => 1 }).judge([], options),
  exactAnswer: (options) => tunebook.exactAnswer({ answer: "a", ...options }),
  arithmetic: (options) => tunebook.arithmetic({ answer: "a", ...options }),
  matches: (options) => tunebook.matches(/a/, options),
  jsonMatches: (options) => tunebook.jsonMatches({}, options),
  startSearch: (options) =>
    tunebook.startSearch({ x: tunebook.float(0, 1) }, {
      better: "lower",
      sampler: tunebook.tpe(),
      ...options,
    }),
  openSearch: (options) =>
    tunebook.openSearch({ x: tunebook.float(0, 1) }, {
      file: "none/none",
      better: "lower",
      sampler: tunebook.tpe(),
      ...options,
    }),
  int: (options) => tunebook.int(1, 2, options),
  float: (options) => tunebook.float(1, 2, options),
  gridSearch: (options) => tunebook.gridSearch(options),
  quasiRandom: (options) => tunebook.quasiRandom(options),
  linearMerge: (options) => tunebook.linearMerge(options),
  slerp: (options) => tunebook.slerp({ t: 0.5, ...options }),
  nuSlerp: (options) => tunebook.nuSlerp(options),
  multiSlerp: (options) => tunebook.multiSlerp(options),
  karcherMean: (options) => tunebook.karcherMean(options),
  modelStock: (options) => tunebook.modelStock(options),
  nearSwap: (options) => tunebook.nearSwap({ t: 0.5, ...options }),
  passthrough: (options) => tunebook.passthrough(options),
  sce: (options) => tunebook.sce(options),
  taskArithmetic: (options) => tunebook.taskArithmetic(options),
  ties: (options) => tunebook.ties(options),
  dare: (options) => tunebook.dare(options),
  della: (options) => tunebook.della(options),
  breadcrumbs: (options) => tunebook.breadcrumbs(options),
  integratedGradients: (options) => tunebook.integratedGradients(options),
  lime: (options) => tunebook.lime(options),
  shapley: (options) => tunebook.shapley(options),
  typos: (options) => tunebook.typos(options),
  letterCase: (options) => tunebook.letterCase(options),
  changePunctuation: (options) => tunebook.changePunctuation(options),
  homoglyphs: (options) => tunebook.homoglyphs(options),
  swapWords: (options) => tunebook.swapWords({ name: "x", words: ["a", "b"], ...options }),
  paraphrases: (options) => tunebook.paraphrases({ table: { film: ["movie"] }, ...options }),
  minimumFunctionality: (options) =>
    tunebook.minimumFunctionality("x", { texts: ["a"], expect: "b", ...options }),
  invariance: (options) =>
    tunebook.invariance("x", { texts: ["a"], perturb: tunebook.typos(), ...options }),
  direction: (options) =>
    tunebook.direction("x", {
      texts: ["a"],
      perturb: tunebook.typos(),
      expect: tunebook.rises("b"),
      ...options,
    }),
  imageInvariance: (options) =>
    tunebook.imageInvariance("x", {
      images: [],
      perturb: { name: "x", apply: (image) => image },
      ...options,
    }),
  attack: (options) =>
    tunebook.attack({ predict: () => Promise.resolve([]) }, table, {
      ...{ text: "text", label: "label", change: tunebook.characterEdits() },
      ...options,
    }),
  scoreSlices: (options) =>
    tunebook.scoreSlices([], table, { label: "label", by: "label", ...options }),
  findSlices: (options) => tunebook.findSlices([], table, { label: "label", ...options }),
  energyOutliers: (options) => tunebook.energyOutliers([[1]], options),
  mahalanobisOutliers: (options) => tunebook.mahalanobisOutliers([[1], [2]], ["a", "a"], options),
  outlierReport: (options) =>
    tunebook.outlierReport({ validation: [1], inside: [1], outside: [1], ...options }),
  fairnessGaps: (options) =>
    tunebook.fairnessGaps([], table, {
      ...{ label: "label", group: "text", positive: "x" },
      ...options,
    }),
  gaussianNoise: (options) => tunebook.gaussianNoise(options),
  shotNoise: (options) => tunebook.shotNoise(options),
  impulseNoise: (options) => tunebook.impulseNoise(options),
  gaussianBlur: (options) => tunebook.gaussianBlur(options),
  brightness: (options) => tunebook.brightness(options),
  contrast: (options) => tunebook.contrast(options),
  pixelate: (options) => tunebook.pixelate(options),
  jpegCompression: (options) => tunebook.jpegCompression(options),
  probe: (options) => tunebook.probe({ predict: () => Promise.resolve([]) }, [], options),
  averagePredictions: (options) => tunebook.averagePredictions([single], options),
  votePredictions: (options) => tunebook.votePredictions([single], options),
  greedyEnsemble: (options) =>
    tunebook.greedyEnsemble([single], { metric: tunebook.accuracy, ...options }),
  merge: (options) => tunebook.merge({ a: "a" }, { method: tunebook.linearMerge(), ...options }),
  extractLora: (options) => tunebook.extractLora("a", "out", { base: "b", ...options }),
  prune: (options) => tunebook.prune("a", { heads: 0.5, ...options }),
  "Pruning.save": (options) => tunebook.prune("a", { heads: 0.5 }).save("out", options),
  pruneGradually: (options) =>
    tunebook.pruneGradually("a", {
      ...{ heads: 0.5, rows: table, method: tunebook.lora() },
      ...options,
    }),
  measureModels: (options) => tunebook.measureModels({ a: "a" }, { rows: table, ...options }),
  quantizationSensitivity: (options) =>
    tunebook.quantizationSensitivity("a", { rows: table, ...options }),
  "Merge.save": (options) =>
    tunebook.merge({ a: "a" }, { method: tunebook.linearMerge() }).save("out", options),
  "Merge.data": mergeStage,
  "MergeDataStage.searchWeights": (options) =>
    mergeStage().searchWeights({ budget: { trials: 1 }, ...options }),
  "MergeDataStage.greedySoup": (options) => mergeStage().greedySoup(options),
  "MergePlan.evaluate": (options) =>
    mergeStage().evaluate({ accuracy: tunebook.accuracy }, options),
  "MergePlan.run": (options) => mergeStage().run(options),
  stackPredictions: (options) => tunebook.stackPredictions([[single, single]] as never, options),
  saveEnsemble: (options) =>
    tunebook.saveEnsemble("out/none", { a: "file:none", b: "file:none" }, {
      inputs: ["a"],
      ...options,
    }),
  openEnsemble: (options) => tunebook.openEnsemble("file:none", options),
  ensemble: (options) => tunebook.ensemble({ a: member, b: member } as never, options),
  tpe: (options) => tunebook.tpe(options),
  searchDisplay: (options) => tunebook.searchDisplay(searchHistory, options),
  showSearch: (options) => tunebook.showSearch(options),
  searchHistoryChart: (options) => tunebook.searchHistoryChart(searchHistory, options),
  parallelCoordinatesChart: (options) => tunebook.parallelCoordinatesChart(searchHistory, options),
  sliceChart: (options) => tunebook.sliceChart(searchHistory, options),
  parameterImportance: (options) => tunebook.parameterImportance(searchHistory, options),
  importanceChart: (options) => tunebook.importanceChart(searchHistory, options),
  trialCurvesChart: (options) => tunebook.trialCurvesChart(searchHistory, options),
  paretoFrontChart: (options) => tunebook.paretoFrontChart(searchHistory, options),
  timelineChart: (options) => tunebook.timelineChart(searchHistory, [], options),
  gaussianProcess: (options) => tunebook.gaussianProcess(options),
  cmaEs: (options) => tunebook.cmaEs(options),
  evolution: (options) => tunebook.evolution(options),
  nsga2: (options) => tunebook.nsga2(options),
  medianPruner: (options) => tunebook.medianPruner(options),
  successiveHalving: (options) => tunebook.successiveHalving(options),
  hyperband: (options) => tunebook.hyperband({ maxSteps: 9, ...options }),
  wilcoxonPruner: (options) => tunebook.wilcoxonPruner(options),
  wilcoxonSignedRank: (options) => tunebook.wilcoxonSignedRank([1], options),
  lengthBetween: (options) => tunebook.lengthBetween({ most: 1, ...options }),
  codeRuns: (options) => tunebook.codeRuns({ entry: "a", ...options }),
  rewardOf: (options) => tunebook.rewardOf({ predict: () => Promise.resolve([]) }, options),
  mlflow: (options) => tunebook.mlflow("http://127.0.0.1:9", options),
  openWatch: (options) => tunebook.openWatch("none", options),
  kolmogorovSmirnov: (options) => tunebook.kolmogorovSmirnov([1], [2], options),
  parseToolCalls: (options) => tunebook.parseToolCalls("", options),
  "Writer.generate": (options) => writer.generate(["a"], options),
  "Writer.stream": (options) => writer.stream("a", options).next(),
  "Writer.chat": (options) => writer.chat(options),
  "AdapterSet.stack": (options) => adapters.stack([], options),
  "AdapterSet.average": (options) => adapters.average({}, options),
  "AdapterSet.predict": (options) => adapters.predict(["a"], { adapters: [null], ...options }),
  "SetWriter.generate": (options) => adapters.generate(["a"], { adapters: [null], ...options }),
  "SetWriter.stream": (options) => adapters.stream("a", { adapter: null, ...options }).next(),
  "SetWriter.chat": (options) => adapters.chat({ adapter: null, ...options }),
  textClassification: (options) => tunebook.textClassification({ ...columns, ...options }),
  objectDetection: (options) =>
    tunebook.objectDetection({ image: "image", objects: "objects", ...options }),
  imageClassification: (options) =>
    tunebook.imageClassification({ image: "image", label: "label", ...options }),
  grpo: (options) => tunebook.grpo({ prompt: "text", rewards: () => 1, ...options }),
  onlineDpo: (options) => tunebook.onlineDpo({ prompt: "text", rewards: () => 1, ...options }),
  rejectionSampling: (options) =>
    tunebook.rejectionSampling({ prompt: "text", rewards: () => 1, ...options }),
  rloo: (options) => tunebook.rloo({ prompt: "text", rewards: () => 1, ...options }),
  ppo: (options) => tunebook.ppo({ prompt: "text", rewards: () => 1, ...options }),
  groupAdvantages: (options) => tunebook.groupAdvantages([1, 0], { groupSize: 2, ...options }),
  leaveOneOutAdvantages: (options) =>
    tunebook.leaveOneOutAdvantages([1, 0], { groupSize: 2, ...options }),
  distillation: (options) =>
    tunebook.distillation(tunebook.textClassification({ text: "text", label: "label" }), {
      teacher: "out/teacher",
      ...options,
    }),
  gkd: (options) =>
    tunebook.gkd(tunebook.chat({ messages: "messages" }), { teacher: "out", ...options }),
  sequenceDistillation: (options) =>
    tunebook.sequenceDistillation(tunebook.chat({ messages: "messages" }), {
      teacher: "out",
      ...options,
    }),
  stackPlans: (options) => tunebook.stackPlans({ plan }, options),
  imageGeneration: (options) => tunebook.imageGeneration({ image: "image", ...options }),
  adapter: (options) => tunebook.adapter("a", options),
  denoisingPredictions: (options) =>
    tunebook.denoisingPredictions({ errors: Float64Array.of(1), steps: [0], ...options }),
  imageSegmentation: (options) =>
    tunebook.imageSegmentation({ image: "image", mask: "mask", ...options }),
  textGeneration: (options) => tunebook.textGeneration({ text: "text", ...options }),
  chat: (options) => tunebook.chat({ messages: "text", ...options }),
  ...Object.fromEntries(
    (["dpo", "orpo", "simpo", "cpo", "rewardModel"] as const).map((name) => [
      name,
      (options) => tunebook[name]({ chosen: "text", rejected: "label", ...options }),
    ]),
  ),
  kto: (options) => tunebook.kto({ completion: "text", label: "label", ...options }),
  renderChat: (options) => tunebook.renderChat({ source: "", tokens: {} }, [], options),
  text2text: (options) => tunebook.text2text({ source: "text", target: "label", ...options }),
  translation: (options) => tunebook.translation({ source: "text", target: "label", ...options }),
  summarization: (options) =>
    tunebook.summarization({ text: "text", summary: "label", ...options }),
  tokenClassification: (options) =>
    tunebook.tokenClassification({ tokens: "text", tags: "tags", ...options }),
  sentenceEmbeddings: (options) => tunebook.sentenceEmbeddings({ ...columns, ...options }),
  questionAnswering: tunebook.questionAnswering,
  searchIndex: (options) => tunebook.searchIndex({ table, vectors, ...options }),
  textSearchIndex: (options) =>
    tunebook.textSearchIndex({
      table,
      text: "text",
      embed: () => Promise.resolve(vectors),
      ...options,
    }),
  "SearchIndex.search": (options) =>
    tunebook.searchIndex({ table, vectors }).search([1, 0], options),
  "TextSearchIndex.ask": async (options) => {
    const embed = (texts: readonly string[]) => Promise.resolve(vectors.slice(0, texts.length));
    const index = await tunebook.textSearchIndex({ table, text: "text", embed });
    return await index.ask("a", options);
  },
  logisticRegression: (options) => tunebook.logisticRegression(vectors, ["x", "y"], options),
  fewShot: (options) => tunebook.fewShot("file:none", table, { ...columns, ...options }),
  "fewShot, the run": (options) => tunebook.fewShot("file:none", table, columns, options),
  lora: tunebook.lora,
  adalora: tunebook.adalora,
  vera: tunebook.vera,
  ia3: tunebook.ia3,
  bitfit: tunebook.bitfit,
  promptTuning: tunebook.promptTuning,
  pTuning: tunebook.pTuning,
  prefixTuning: tunebook.prefixTuning,
  qlora: tunebook.qlora,
  learningRateScale: (options) =>
    tunebook.learningRateScale("linear", 0, { totalSteps: 1, warmupSteps: 0, ...options }),
  suggestLearningRate: (options) => tunebook.suggestLearningRate([], [], options),
  pairPredictions: (options) =>
    tunebook.pairPredictions({ first: vectors, second: vectors, labels: [1, 0], ...options }),
  retrievalPredictions: (options) =>
    tunebook.retrievalPredictions({
      queries: vectors,
      corpus: vectors,
      relevant: [[0], [1]],
      ...options,
    }),
  similarityPredictions: (options) =>
    tunebook.similarityPredictions({ first: vectors, second: vectors, scores: [1, 0], ...options }),
  tripletPredictions: (options) =>
    tunebook.tripletPredictions({
      anchors: vectors,
      positives: vectors,
      negatives: vectors,
      ...options,
    }),
  predictionsOf: (options) =>
    tunebook.predictionsOf({
      kind: "single",
      labels: ["x"],
      logits: Float32Array.of(1),
      truth: [0],
      ...options,
    }),
  boxPredictions: (options) =>
    tunebook.boxPredictions({ labels: ["x"], truth: [[]], predicted: [[]], ...options }),
  maskPredictions: (options) =>
    tunebook.maskPredictions({ labels: ["x"], truth: [mask], predicted: [mask], ...options }),
  rolloutPredictions: (options) =>
    tunebook.rolloutPredictions({
      ...{ inputs: ["a"], answers: [[{} as tunebook.RolloutAnswer]] },
      ...options,
    }),
  featurePredictions: (options) =>
    tunebook.featurePredictions({
      features: "none",
      generated: vectors,
      real: vectors,
      ...options,
    }),
  noiseSchedule: tunebook.noiseSchedule,
  createSampler: (options) =>
    tunebook.createSampler(tunebook.noiseSchedule(), { steps: 1, ...options }),
  drawStep: (options) =>
    tunebook.drawStep(tunebook.noiseSchedule(), tunebook.Random.fromSeed(1), options),
  "TextScore.with, of classes": tunebook.topKAccuracy.with,
  detectionObjective: (options) =>
    tunebook.detectionObjective({ objects: [], queries: 1, classes: 1, ...options }),
  cellObjective: (options) =>
    tunebook.cellObjective({ objects: [], height: 1, width: 1, classes: 1, ...options }),
  maskObjective: (options) => tunebook.maskObjective({ masks: [mask], classes: 1, ...options }),
  chooseScoreThreshold: (options) => tunebook.chooseScoreThreshold(scoreCurve, options),
  scoreThresholdChart: (options) => tunebook.scoreThresholdChart(scoreCurve, options),
  textPredictions: (options) => tunebook.textPredictions({ predicted: ["a"], ...options }),
  metric: (options) => tunebook.metric({ ...tunebook.accuracy, ...options }),
  additiveMetric: (options) =>
    tunebook.additiveMetric({
      name: "own",
      kinds: ["text"],
      better: "higher",
      additive: {
        statistics: () => ({ size: 1, values: Float64Array.of(1) }),
        scoreOf: ([sum]) => sum,
      },
      ...options,
    }),
  "TextScore.with": (options) => {
    const { bleu, chrf, distinctN, exactMatchText, rouge1, rouge2, rougeL, rougeLsum, ter } =
      tunebook;
    const all = [bleu, chrf, distinctN, exactMatchText, rouge1, rouge2, rougeL, rougeLsum, ter];
    const errors = all.map((score) => errorAtOnce(() => score.with(options)));
    const missing = all.filter((_, at) => !(errors[at] instanceof TunebookError));
    assert.deepEqual(missing.map(({ name }) => name), []);
    throw errors[0];
  },
  judge: (options) => tunebook.judge(() => 1, options),
  pairedBootstrap: (options) =>
    tunebook.pairedBootstrap(single, single, tunebook.accuracy, options),
  approximateRandomization: (options) =>
    tunebook.approximateRandomization(single, single, tunebook.accuracy, options),
  full: (options) => tunebook.full(options),
  browser: (options) => tunebook.browser("out", options),
  container: (options) => tunebook.container("out", options),
  edge: (options) => tunebook.edge("out", options),
  executable: (options) => tunebook.executable("out", options),
  hub: (options) => tunebook.hub("org/name", options),
  gguf: (options) => tunebook.gguf("out.gguf", options),
  adapters: (options) => tunebook.adapters("out", options),
  merged: (options) => tunebook.merged("out", options),
  mobile: (options) => tunebook.mobile("out", options),
  onnx: (options) => tunebook.onnx("out", options),
  textColumn: (options) => tunebook.textColumn(table, "text", options),
  readConll: (options) => tunebook.readConll("none.conll", options),
  readTable: (options) => tunebook.readTable("none.csv", options),
  decodeImage: (options) => tunebook.decodeImage(new Uint8Array(), { where: "a", ...options }),
  imageBytes: (options) => tunebook.imageBytes("none.png", ".", options),
  readMask: (options) => tunebook.readMask(new Uint8Array(), { where: "a", ...options }),
  horizontalFlip: tunebook.horizontalFlip,
  colorJitter: tunebook.colorJitter,
  randAugment: tunebook.randAugment,
  randomErasing: tunebook.randomErasing,
  randomResizedCrop: (options) => tunebook.randomResizedCrop({ size: 8, ...options }),
  mixup: tunebook.mixup,
  cutmix: tunebook.cutmix,
  imageFolder: (options) => tunebook.imageFolder("none", options),
  maskFolder: (options) => tunebook.maskFolder("none", options),
  readCoco: (options) => tunebook.readCoco("none.json", options),
  readYolo: (options) => tunebook.readYolo("none.yaml", options),
  readVoc: (options) => tunebook.readVoc("none", options),
  writeTable: (options) => tunebook.writeTable(table, "/no/such/folder/a.csv", options),
  readLabels: (options) => tunebook.readLabels(table, "label", "single", options),
  describeSplits: (options) =>
    tunebook.describeSplits({ train: table }, { ...columns, ...options }),
  splitTable: (options) => tunebook.splitTable(table, { test: 1, seed: 1, ...options }),
  openDevice: (options) => tunebook.openDevice("cpu", options),
  encodeRows: (options) =>
    tunebook.encodeRows(table, undefined as never, { text: "text", maxTokens: 4, ...options }),
  loadTokenizer: (options) => tunebook.loadTokenizer({ tokenizer: "none.json", ...options }),
  "Tokenizer.encode": (options) =>
    inFolder(async (folder) => {
      const tokenizer = join(folder, "tokenizer.json");
      await Deno.writeTextFile(tokenizer, JSON.stringify(tinyTokenizer()));
      return (await tunebook.loadTokenizer({ tokenizer })).encode("a", undefined, options);
    }),
  classificationObjective: (options) =>
    tunebook.classificationObjective({
      kind: "single",
      outputs: 2,
      targets: Float32Array.of(1, 0),
      ...options,
    }),
  crossEntropy: (options) => tunebook.crossEntropy(anyTensor, anyTensor, options),
  embeddingHead: (options) => tunebook.embeddingHead("BertModel", options),
  spanHead: (options) => tunebook.spanHead("BertForQuestionAnswering", options),
  imageHead: (options) => tunebook.imageHead("ViTForImageClassification", options),
  boxHead: (options) => tunebook.boxHead({ className: "YolosForObjectDetection", ...options }),
  tokenHead: (options) => tunebook.tokenHead("BertForTokenClassification", options),
  loadModel: (options) =>
    tunebook.loadModel({ reference: "a", config: "b", weights: "c", seed: 1, ...options }),
  loadWeights: (options) => tunebook.loadWeights({ tensors: new Map() } as never, [], options),
  resolveModel: (options) => tunebook.resolveModel("file:none", options),
  writeShards: (options) => tunebook.writeShards("/no/such", [], options),
  calibrationChart: (options) => tunebook.calibrationChart(single, options),
  chart: (options) => tunebook.chart(table, options),
  embeddingChart: (options) => tunebook.embeddingChart({ vectors }, options),
  lossChart: (options) => tunebook.lossChart({ losses: [1] }, options),
  methodChart: (options) => tunebook.methodChart(plan, options),
  seriesChart: (options) => tunebook.seriesChart([], options),
  runsChart: (options) => tunebook.runsChart({}, options),
  feedback: (options) => tunebook.feedback([{ prompt: "p", answers: ["a", "b"] }], options),
  cohenKappa: (options) => tunebook.cohenKappa([1, 0], [1, 1], options),
  krippendorffAlpha: (options) => tunebook.krippendorffAlpha([[1, 0], [1, 1]], options),
  "FeedbackAnswers.preferences": (options) => answers.preferences(options),
  "FeedbackAnswers.rankings": (options) => answers.rankings(options),
  "FeedbackAnswers.thumbs": (options) => answers.thumbs(options),
  "FeedbackAnswers.labels": (options) => answers.labels(options),
  "FeedbackAnswers.spans": (options) => answers.spans(options),
  "FeedbackAnswers.write": (options) => answers.write("/no/such/folder/a.jsonl", options),
  "OpenModel.predict": (options) => withBase((base) => base.predict(["a"], options)),
  "OpenModel.explain": (options) => withBase((base) => base.explain(["a"], options)),
  "OpenModel.logitLens": (options) => withBase((base) => base.logitLens(["a"], options)),
  "RunResult.logitLens": (options) => withResult((result) => result.logitLens(["a"], options)),
  "RunResult.changes": (options) => withResult((result) => result.changes(options)),
  "RunResult.explain": (options) => withResult((result) => result.explain(["a"], options)),
  "RunResult.serve": (options) => withResult((result) => result.serve(options)),
  "RunResult.errorAnalysis": (options) => withResult((result) => result.errorAnalysis(options)),
  "RunResult.influence": (options) => withResult((result) => result.influence(table, options)),
  "RunResult.winRate": (options) => withResult((result) => result.winRate(() => 0, options)),
};

/** Opens a tiny model for a call. */
function withBase(call: (base: tunebook.OpenModel) => Promise<unknown>): Promise<unknown> {
  return inFolder(async (folder) => {
    const base = await tunebook.model(await tinyModel(folder)).open();
    try {
      return await call(base);
    } finally {
      await base.dispose();
    }
  });
}

/** Runs a plan that trains nothing but a head, for a call. */
function withResult(call: (result: tunebook.RunResult<unknown>) => Promise<unknown>) {
  return inFolder(async (folder) => {
    const result = await tunebook.model(await tinyModel(folder))
      .data(table, tunebook.textClassification(columns), { test: table }).adapt(tunebook.head())
      .train({ epochs: 1 }).run({ quiet: true });
    try {
      return await call(result as tunebook.RunResult<unknown>);
    } finally {
      await result.dispose();
    }
  });
}

/** Functions whose object is not ours to name, or is no options, and why. */
const others: Readonly<Record<string, string>> = {
  "ProbedModel.predict": "a contract: what tunebook asks of a model",
  "EnsembleAdapters.predict": "a contract: what ensemble calls of a set of adapters",
  chooseTemplate: "takes what a tokenizer's files say, no options",
  "LabelledTask.examples": "a contract: what tunebook hands to a task of one's own",
  "ImageDrawing.draw": "a contract: what tunebook hands to a task of one's own",
  "ImageDrawing.heldOut": "a contract: what tunebook hands to a task of one's own",
  "Policy.sample": "a contract: what tunebook hands to a rollout of one's own",
  "RolloutTeacher.logProbs": "a contract: what tunebook hands to a rollout of one's own",
  "Policy.logProbs": "a contract: what tunebook hands to a rollout of one's own",
  "Policy.values": "a contract: what tunebook hands to a rollout of one's own",
  "BatchReward.rewardBatch": "a contract: a reward of one's own",
  "JudgingModel.predict": "a contract: what rewardOf calls of an open model",
  "Net.linear": "a contract: what a family of one's own calls within its forward pass",
  "Net.conv": "a contract: what a family of one's own calls within its forward pass",
  "Net.rmsNorm": "a contract: what a family of one's own calls within its forward pass",
  "DeployTarget.publish": "a contract: what tunebook hands to a target of one's own",
  "Notebook.show": "a contract: a notebook of one's own",
  "Chart.mark": "vega-lite's own properties, any of them",
  "Chart.point": "vega-lite's own properties, any of them",
  "Chart.line": "vega-lite's own properties, any of them",
  "Chart.bar": "vega-lite's own properties, any of them",
  "Chart.area": "vega-lite's own properties, any of them",
  "Chart.rect": "vega-lite's own properties, any of them",
  "Chart.tick": "vega-lite's own properties, any of them",
  "Chart.boxplot": "vega-lite's own properties, any of them",
  boxesOfCells: "data: the numbers that a model gives, and their sizes",
  textExamples: "made by tunebook: the rows and the processor that a task is handed",
  positionIds: "made by tunebook: the net that a family is handed",
  attentionChart: "data: tokens and weights",
  confusionChart: "data: what confusionMatrix gives",
  learningRateChart: "data: what a sweep gives",
};

/** What `deno doc` says of a parameter. */
interface Parameter {
  readonly name?: string;
  readonly kind: string;
  readonly tsType?: { readonly kind: string; readonly repr: string };
  readonly left?: Parameter;
}

Deno.test("no public function takes an option that it does not know", async () => {
  for (const [name, call] of Object.entries(calls)) {
    const error = await errorOf(() => call({ nonsense: 1 }));
    assert.ok(error instanceof TunebookError, `${name} takes an unknown option: ${error}`);
    assert.equal(error.kind, "input", name);
    assert.match(error.message, /there is no option nonsense/, name);
  }
});

Deno.test("functions without options take none", async () => {
  const alone: readonly [string, Call][] = [
    ["head", tunebook.head as Call],
    ["autoSampler", tunebook.autoSampler as Call],
    ["randomSearch", tunebook.randomSearch as Call],
    ["peft", (options) => (tunebook.peft as (...all: unknown[]) => unknown)("a", options)],
    [
      "sentenceTransformers",
      (options) => (tunebook.sentenceTransformers as (...all: unknown[]) => unknown)("a", options),
    ],
  ];
  for (const [name, call] of alone) {
    const error = await errorOf(() => call({ rank: 8 }));
    assert.match(String(error), new RegExp(`${name} takes no options, but got \\{"rank":8\\}`));
  }
});

Deno.test("no data set takes an option that it does not know", async () => {
  const all = Object.entries(datasets).filter(([, value]) =>
    typeof value === "function" && "card" in value
  ) as [string, Call][];
  assert.ok(all.length >= 6);
  for (const [name, read] of all) {
    assert.match(String(await errorOf(() => read({ nonsense: 1 }))), /no option nonsense/, name);
  }
});

Deno.test("every public function that takes options is among the calls", async () => {
  const mod = fileURLToPath(new URL("../mod.ts", import.meta.url));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", mod],
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  const found = withOptions(JSON.parse(new TextDecoder().decode(stdout)));
  assert.ok(found.length > 60, `deno doc tells of ${found.length} functions alone`);
  assert.deepEqual(found.filter((name) => !(name in calls) && !(name in others)), []);
  const named = Object.keys({ ...calls, ...others }).map((name) => name.split(",")[0]);
  const unknown = named.filter((name) => !found.includes(name) && !definitions.includes(name));
  assert.deepEqual(unknown, [], "these are no longer there");
});

/** A function that takes one whole object, whose type is named otherwise, and constants that are functions. */
const definitions: readonly string[] = [
  "metric",
  ...["gaussianNoise", "shotNoise", "impulseNoise", "gaussianBlur"],
  ...["brightness", "contrast", "pixelate", "jpegCompression"],
];

/** The functions and methods that take an object of options, by name. */
// deno-lint-ignore no-explicit-any
function withOptions({ nodes }: any): string[] {
  // deno-lint-ignore no-explicit-any
  const [{ symbols }] = Array.isArray(nodes) ? nodes : Object.values<any>(nodes);
  const found = new Set<string>();
  for (const { name, declarations } of symbols) {
    for (const { kind, def } of declarations) {
      if (kind === "function" && def.params.some(isOptions)) found.add(name);
      if (kind !== "interface") continue;
      for (const method of def.methods ?? []) {
        if (method.params.some(isOptions)) found.add(`${name}.${method.name}`);
      }
    }
  }
  return [...found];
}

/** Named arguments, a type of options or settings, or one that is written out. */
function isOptions({ kind, name, tsType, left }: Parameter): boolean {
  const type = tsType ?? left?.tsType;
  if (kind === "object" || left?.kind === "object") return true;
  if (name === "options" || left?.name === "options") return true;
  if (!type) return false;
  return /(?:Options|Settings|Source|Steps|Files|PredictionsInput)$/.test(type.repr) &&
      type.repr !== "AdapterSource" &&
      type.repr !== "DataSource" ||
    type.kind === "typeLiteral" ||
    type.kind === "intersection" && /Options/.test(JSON.stringify(type));
}

function errorAtOnce(call: () => unknown): unknown {
  try {
    call();
    return "no error";
  } catch (error) {
    return error;
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return "no error";
  } catch (error) {
    return error;
  }
}
