import assert from "node:assert/strict";
import { tokenClassification } from "../../lib/tasks/token_classification.ts";
import type { TokenClassificationOptions } from "../../lib/tasks/token_classification/options.ts";
import type { TaggedExamples } from "../../lib/tasks/token_classification/tagged_examples.ts";
import { tableFromColumns, tableFromRows } from "../../lib/table/table.ts";
import type { TextProcessor } from "../../lib/nn/processor.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyTokenizer } from "../pipeline/tiny.ts";
import { golden, load, loadCase } from "../text/golden_offsets.ts";

const words = { tokens: "words", tags: "tags" };
const rows = tableFromColumns({
  words: [["the", "film", "zoe"], ["rio", "was", "very", "good"], ["ok"]],
  tags: [["O", "O", "B-PER"], ["B-LOC", "O", "O", "O"], ["O"]],
});
const labels = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"];
const where = "the data";
const context = { vocabSize: 77, hiddenSize: 8, afterVirtualTokens: false };

async function processorOf(maxTokens = 64, name?: string): Promise<TextProcessor> {
  const tokenizer = name ? await loadCase(golden.tokenizers[name]) : await load(tinyTokenizer());
  return { input: "text", tokenizer, maxTokens, padId: tokenizer.padId, usesTypes: true };
}

/** Outputs that are sure of one label for each token of each sequence. */
function outputsOf(
  { lengths }: { readonly lengths: Int32Array },
  labels: number,
  labelOf: (sequence: number, token: number) => number,
): Float32Array[] {
  return Array.from(lengths, (length, sequence) => {
    const logits = new Float32Array(length * labels);
    for (let token = 0; token < length; token++) {
      logits[token * labels + labelOf(sequence, token)] = 10;
    }
    return logits;
  });
}

Deno.test("options that make no sense are all named", () => {
  const wrong = (options: object, ...parts: (string | RegExp)[]) =>
    assert.throws(
      () => tokenClassification(options as TokenClassificationOptions),
      isMistake("input", ...parts),
    );
  wrong({}, "either tokens and tags");
  wrong({ tokens: "a", tags: "b", text: "c", spans: "d" }, "either tokens and tags");
  wrong({ tokens: "a" }, "tags is missing");
  wrong({ tokens: "a", tags: "a" }, "tokens and tags must be two different columns");
  wrong({ text: "a", spans: "" }, "spans is");
  wrong(
    { tokens: "a", tags: "b", tag: "c", scheme: "BIOS", subwords: "frist", stride: -1, names: [1] },
    'no option tag (did you mean "tags"?)',
    /scheme is "BIOS".*did you mean "BIO"/,
    /subwords is "frist".*did you mean "first"/,
    "stride is -1",
    "names is [1], but must be a list",
  );
  wrong({ text: "a", spans: "b", scheme: "plain" }, 'scheme is "plain"', "IOBES");
  wrong(
    { tokens: "a", tags: "b", aggregation: "mean", split: "word" },
    'aggregation is "mean"',
    'split is "word"',
  );
});

Deno.test("the task names its labels, its metric and its signature", () => {
  const task = tokenClassification(words);
  assert.deepEqual(task.columns, ["words", "tags"]);
  assert.equal(task.kind, "tags");
  assert.equal(task.metric, "tokenAccuracy");
  assert.equal(tokenClassification({ ...words, scheme: "BIO" }).metric, "entityF1");
  const labelled = task.read({ train: rows, test: rows });
  assert.deepEqual(labelled.labels, labels);
  assert.equal(labelled.metric, "entityF1");
  assert.deepEqual(labelled.head, { name: "tokens", outputs: 5 });
  assert.equal(labelled.signature.peftTaskType, "TOKEN_CLS");
  assert.equal(labelled.signature.autoClass, "AutoModelForTokenClassification");
  assert.deepEqual(labelled.signature.config.label2id, {
    O: 0,
    "B-LOC": 1,
    "I-LOC": 2,
    "B-PER": 3,
    "I-PER": 4,
  });
  assert.deepEqual(task.report.texts(rows), ["the film zoe", "rio was very good", "ok"]);
  assert.deepEqual(task.report.classes!(rows), [["PER"], ["LOC"], []]);
  assert.deepEqual(task.preview(rows, 1), {
    text: "rio was very good",
    label: "[rio]LOC was very good",
  });
  assert.deepEqual(task.preview(rows, 2), { text: "ok", label: "ok" });
  task.checkRows(rows, where);
});

Deno.test("labels of which nothing can be learned are told", () => {
  const task = tokenClassification(words);
  const train = rows.slice(1);
  assert.throws(
    () => task.checkSplit!({ train, test: rows.slice(0, 1) }),
    isMistake("data", '"PER" of "tags" are only in held-out rows'),
  );
  assert.throws(
    () => task.read({ train: rows.slice(2), test: rows }),
    isMistake("data", 'all words of the training data have the tag "O"'),
  );
  const many = tableFromRows(
    Array.from({ length: 201 }, (_, row) => ({ words: ["x"], tags: [`tag ${row}`] })),
  );
  assert.throws(
    () => task.read({ train: many, test: rows }),
    isMistake("data", "201 different tags", "right column"),
  );
});

Deno.test("the first token of each word learns its tag; the feeds lie as the tokens do", async () => {
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const examples = await labelled.examples(rows, await processorOf(), { where });
  // [CLS] the film z ##o ##e [SEP], [CLS] r ##i ##o was very good [SEP], [CLS] o ##k [SEP]
  assert.deepEqual([...examples.lengths], [7, 8, 4]);
  assert.equal(examples.truncated, 0);
  const objective = examples.objective(context);
  assert.equal(objective.weightOf([0, 1, 2]), 8);
  const feeds = objective.targetsOf([0, 1], 7);
  assert.deepEqual([...feeds.tag_labels.data], [0, 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...feeds.tag_weights.data], [0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0]);
  const weighted = examples.objective({ ...context, classWeights: "balanced" });
  // 8 words: 6 O, one B-LOC, one B-PER; the labels that do not occur have none.
  assert.ok(Math.abs(weighted.weightOf([0, 1, 2]) - 8) < 1e-12);
  assert.ok(Math.abs(weighted.weightOf([2]) - 8 / (3 * 6)) < 1e-12);
  const named = { ...context, classWeights: { "B-PRE": 2 } };
  assert.throws(() => examples.objective(named), isMistake("input", 'did you mean "B-PER"'));
});

Deno.test("all tokens of a word, or their mean, learn its tag", async () => {
  const processor = await processorOf();
  const feedsOf = async (subwords: "all" | "average") => {
    const labelled = tokenClassification({ ...words, subwords }).read({ train: rows, test: rows });
    const examples = await labelled.examples(rows, processor, { where });
    return examples.objective(context).targetsOf([0], 3);
  };
  const all = await feedsOf("all");
  assert.deepEqual([...all.tag_labels.data], [0, 0, 0, 3, 4, 4, 0]);
  assert.deepEqual([...all.tag_weights.data], [0, 1, 1, 1, 1, 1, 0]);
  const average = await feedsOf("average");
  assert.deepEqual([...average.tag_labels.data], [0, 0, 3]);
  assert.deepEqual([...average.tag_tokens.data], [1, 0, 0, 2, 0, 0, 3, 4, 5]);
});

Deno.test("answers have the tags of words and the spans of the text", async () => {
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const table = labelled.tableOf(["zoe, film", ["film", "rio"]]);
  const examples = await labelled.examples(table, await processorOf(), { where, labelled: false });
  // [CLS] z ##o ##e [UNK] film [SEP] and [CLS] film r ##i ##o [SEP]
  const outputs = outputsOf(
    examples,
    5,
    (sequence, token) => sequence === 0 ? [0, 3, 2, 1, 0, 4, 0][token] : [0, 1, 2, 0, 0, 0][token],
  );
  const [text, list] = examples.answers(outputs);
  const sure = 1 / (1 + 4 * Math.exp(-10));
  assert.equal(text.text, "zoe, film");
  assert.deepEqual(text.words.map(({ text, tag }) => [text, tag]), [
    ["zoe", "B-PER"],
    [",", "O"],
    ["film", "I-PER"],
  ]);
  assert.deepEqual(text.spans.map(({ text, label, start, end }) => [text, label, start, end]), [
    ["zoe", "PER", 0, 3],
    ["film", "PER", 5, 9],
  ]);
  assert.ok(Math.abs(text.spans[0].score - sure) < 1e-9);
  assert.ok(Math.abs(text.words[0].score - sure) < 1e-9);
  assert.deepEqual(list.spans.map(({ text, label, start, end }) => [text, label, start, end]), [
    ["film rio", "LOC", 0, 8],
  ]);
  assert.throws(() => examples.predictions(outputs), isMistake("input", "without labels"));
  // A model is asked with the objective, but nothing is learnt with it.
  assert.equal(examples.objective(context).head.name, "tokens");
  assert.throws(
    () => examples.objective(context).targetsOf([0], 1),
    isMistake("input", "without labels have no loss"),
  );
  assert.throws(
    () => labelled.tableOf([7 as unknown as string]),
    isMistake("input", "texts and lists of words"),
  );
});

Deno.test("a text of several windows has one answer for each word, as if it were whole", async () => {
  const text = Array.from({ length: 40 }, (_, at) => at % 3 === 0 ? "zoe" : "film").join(" ");
  const tags = Array.from({ length: 40 }, (_, at) => at % 3 === 0 ? "B-PER" : "O");
  const table = tableFromColumns({ words: [text.split(" "), ["rio"]], tags: [tags, ["B-LOC"]] });
  const labelled = tokenClassification({ ...words, stride: 5 }).read({ train: table, test: table });
  const tokenIsName = async (maxTokens: number) => {
    const processor = await processorOf(maxTokens);
    const examples = await labelled.examples(table, processor, { where });
    const z = processor.tokenizer.tokens("zoe").ids[0];
    const fed = await Promise.all(Array.from(examples.lengths, (_, at) => examples.feedsOf([at])));
    const outputs = outputsOf(examples, 5, (sequence, token) => {
      const feeds = fed[sequence];
      // At the edges of windows the model is wrong; no word is answered there.
      const isEdge = token === 1 && sequence > 0 && sequence < examples.lengths.length - 1;
      return feeds.input_ids.data[token] === z || isEdge ? 3 : 0;
    });
    const objective = examples.objective(context);
    const all = Array.from(examples.lengths, (_, at) => at);
    assert.equal(objective.weightOf(all), 41);
    return { examples, answers: examples.answers(outputs), found: examples.predictions(outputs) };
  };
  const cut = await tokenIsName(16);
  const whole = await tokenIsName(128);
  assert.ok(cut.examples.lengths.length > 5);
  assert.ok(cut.examples.lengths.every((length) => length <= 16));
  assert.equal(whole.examples.lengths.length, 2);
  assert.deepEqual(cut.answers[0], whole.answers[0]);
  assert.deepEqual(cut.found.predicted[0], whole.found.predicted[0]);
  assert.deepEqual(cut.found.predicted[0], cut.found.truth[0]);
  assert.equal(cut.examples.rows, 2);
  await assert.rejects(
    async () => await labelled.examples(table, await processorOf(7), { where }),
    isMistake("input", "a stride of 5 tokens"),
  );
});

Deno.test("words that share a token with byte-level tokenizers have tags in order", async () => {
  const table = tableFromColumns({
    text: ["Go... now", "Anna"],
    spans: [[[2, 5, "DOTS"]], [[0, 4, "PER"]]],
  });
  const options = { text: "text", spans: "spans", scheme: "IOBES" } as const;
  const labelled = tokenClassification(options).read({ train: table, test: table });
  const processor = await processorOf(64, "roberta");
  const examples = await labelled.examples(table, processor, { where });
  const dots = processor.tokenizer.tokens("Go... now");
  const shared = Array.from(dots.ids).findIndex((_, at) =>
    dots.ends[at] - dots.starts[at] === 3 &&
    dots.starts[at] === 2
  );
  assert.ok(shared > 0, "the dots are one token");
  const { tag_labels } = examples.objective(context)
    .targetsOf([0], 1);
  const single = labelled.labels.indexOf("S-DOTS");
  assert.equal(tag_labels.data[shared + 1], single);
  const outputs = outputsOf(
    examples,
    labelled.labels.length,
    (sequence, token) => sequence === 0 && token === shared + 1 ? single : 0,
  );
  assert.deepEqual(examples.answers(outputs)[0].words.map(({ tag }) => tag), [
    "O",
    "B-DOTS",
    "I-DOTS",
    "E-DOTS",
    "O",
  ]);
});

Deno.test("words without a token are wrong, and rows of nothing else are refused", async () => {
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const processor = await processorOf();
  const joiner = "\u200d";
  const some = tableFromColumns({ words: [["zoe", joiner]], tags: [["B-PER", "O"]] });
  const examples = await labelled.examples(some, processor, { where });
  const outputs = outputsOf(examples, 5, () => 3);
  assert.deepEqual([...examples.predictions(outputs).predicted[0]], [3, -1]);
  assert.deepEqual(examples.answers(outputs)[0].words[1], {
    text: joiner,
    tag: null,
    start: 4,
    end: 5,
    score: 0,
  });
  const none = tableFromColumns({ words: [["zoe"], [joiner]], tags: [["O"], ["O"]] });
  await assert.rejects(
    labelled.examples(none, processor, { where }),
    isMistake("data", "makes no token of any word", "row 2"),
  );
  const blind = await labelled.examples(
    labelled.tableOf([[joiner]]),
    processor,
    { where, labelled: false },
  );
  assert.deepEqual(blind.answers(outputsOf(blind, 5, () => 3))[0].spans, []);
});

Deno.test("tags that are no labels, and outputs that are no numbers, are errors", async () => {
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const processor = await processorOf();
  const other = tableFromColumns({ words: [["a"], ["b", "c"]], tags: [["B-PRE"], ["O", "B-ORG"]] });
  await assert.rejects(
    labelled.examples(other, processor, { where: "the test data" }),
    isMistake("data", "the test data", "row 1, word 1", 'did you mean "B-PER"', "row 2, word 2"),
  );
  const examples = await labelled.examples(rows, processor, { where });
  const outputs = outputsOf(examples, 5, () => 0);
  outputs[1][3] = NaN;
  assert.throws(
    () => examples.predictions(outputs),
    isMistake("diverged", "row 2 of the data has NaN"),
  );
  const image = { input: "image", tokens: 1 } as const;
  await assert.rejects(
    labelled.examples(rows, image, { where }),
    isMistake("unsupported", "token-classification needs a model that takes text"),
  );
});

Deno.test("a trained model's labels say what they are", async () => {
  const task = tokenClassification(words);
  const processor = await processorOf();
  const examplesOf = async (labels: string[]) => {
    const own = { words: [["zoe"]], tags: [[labels[1]]] };
    return (await task.withLabels(labels).examples(tableFromColumns(own), processor, { where }))
      .predictions([new Float32Array(5 * labels.length)]);
  };
  assert.equal((await examplesOf(["O", "B-A", "I-A"])).scheme, "BIO");
  assert.equal((await examplesOf(["O", "S-A", "B-A", "I-A", "E-A"])).scheme, "IOBES");
  assert.equal((await examplesOf(["NN", "VB"])).scheme, "plain");
});

Deno.test("the baseline says the most frequent tag of the training words", async () => {
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const processor = await processorOf();
  const train = await labelled.examples(rows, processor, { where });
  const held = await labelled.examples(rows.slice(0, 1), processor, { where });
  assert.deepEqual(labelled.baseline!(train, held), { label: "O", accuracy: 2 / 3 });
  assert.equal((train as TaggedExamples).truth!.length, 3);
});

Deno.test("the fingerprint knows words and tags", async () => {
  const processor = await processorOf();
  const labelled = tokenClassification(words).read({ train: rows, test: rows });
  const of = async (tags: string[]) => {
    const table = tableFromColumns({ words: [["zoe", "rio"]], tags: [tags] });
    return (await labelled.examples(table, processor, { where })).fingerprint.toHex();
  };
  assert.equal(await of(["O", "B-LOC"]), await of(["O", "B-LOC"]));
  assert.notEqual(await of(["O", "B-LOC"]), await of(["B-LOC", "O"]));
});

Deno.test("answers are shown with their spans in colours and in brackets, and nothing is markup", async () => {
  const labelled = tokenClassification(words).withLabels(labels);
  const answer = {
    text: "<b>Zoe</b> & Rio\n\u001b[31m",
    spans: [
      { text: "Zoe", label: "<PER>", start: 3, end: 6, score: 0.987 },
      { text: "Rio", label: "LOC", start: 13, end: 16, score: 0.5 },
    ],
    words: [],
  };
  const shown = await labelled.display!([answer, { text: "nothing", spans: [], words: [] }]);
  assert.equal(shown["text/plain"], "<b>[Zoe]<PER></b> & [Rio]LOC \\u001b[31m\nnothing");
  const html = shown["text/html"]!;
  assert.match(html, /&lt;b&gt;<mark title="&lt;PER&gt;, 98\.7 %"/);
  assert.match(html, /LOC, 50\.0 %/);
  // The paragraph shows white space as it is: none may stand around the name.
  assert.match(html, />Zoe<small style="[^"]*">&lt;PER&gt;<\/small><\/mark>/);
  assert.ok(!html.includes("<b>") && !html.includes("\u001b"));
  assert.equal((html.match(/<p /g) ?? []).length, 3, "a legend and two texts");
  const plain = tokenClassification(words).withLabels(["NN", "VB"]);
  const tagged = {
    text: "go home",
    spans: [],
    words: [
      { text: "go", tag: "VB", start: 0, end: 2, score: 1 },
      { text: "home", tag: null, start: 3, end: 7, score: 0 },
    ],
  };
  assert.equal((await plain.display!([tagged]))["text/plain"], "[go]VB home");
});

Deno.test("held-out rows without entities are no labels that nothing can learn", () => {
  const task = tokenClassification(words);
  const held = tableFromColumns({ words: [["the", "film"]], tags: [["O", "O"]] });
  task.checkSplit?.({ train: rows, test: held });
  assert.deepEqual(task.report.classes?.(held), [[]]);
});

Deno.test("tags are IOB1 where only held-out rows have its B", () => {
  const task = tokenClassification(words);
  const train = tableFromColumns({ words: [["zoe", "was"]], tags: [["I-PER", "O"]] });
  const held = (...tags: string[]) => tableFromColumns({ words: [["zoe", "rio"]], tags: [tags] });
  const labelsOf = (test: typeof train) => task.read({ train, test }).labels;
  assert.deepEqual(labelsOf(held("I-PER", "B-PER")), ["O", "I-PER", "B-PER"]);
  assert.deepEqual(labelsOf(held("I-PER", "I-PER")), ["O", "I-PER"]);
  assert.deepEqual(labelsOf(held("B-PER", "O")), ["O", "I-PER"]);
});

Deno.test("a tag that is none of entities is told with its row and word", () => {
  const odd = tableFromColumns({ words: [["a", "b"], ["c"]], tags: [["B-PER", "O"], ["PER"]] });
  assert.throws(
    () => tokenClassification(words).checkRows(odd, "names.jsonl"),
    isMistake("data", "names.jsonl", 'row 2, word 1: "PER"'),
  );
  const mixed = tableFromColumns({ words: [["a", "b"], ["c"]], tags: [["U-X", "O"], ["S-X"]] });
  assert.throws(
    () => tokenClassification(words).checkRows(mixed, "names.jsonl"),
    isMistake("data", "two schemes", 'row 1, word 1: "U-X"', 'row 2, word 1: "S-X"'),
  );
});
