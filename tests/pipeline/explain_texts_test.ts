import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  attentionRollout,
  type ExplainMethod,
  full,
  gradCam,
  inputTimesGradient,
  integratedGradients,
  lime,
  merged,
  model,
  occlusion,
  open,
  saliency,
  shapley,
  tableFromColumns,
  textClassification,
  type TextExplanation,
  tokenClassification,
} from "../../mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { inFolder } from "../weights/in_folder.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyModel } from "./tiny.ts";

const moods = ["good", "bad"];
const rows = tableFromColumns({
  text: Array.from({ length: 32 }, (_, at) => `the film was ${moods[at % 2]} again`),
  mood: Array.from({ length: 32 }, (_, at) => moods[at % 2]),
});
const task = textClassification({ text: "text", label: "mood" });

const methods: readonly ExplainMethod[] = [
  saliency(),
  inputTimesGradient(),
  integratedGradients({ steps: 20 }),
  integratedGradients({ steps: 20, layer: 0 }),
  occlusion(),
  lime({ samples: 60 }),
  shapley({ permutations: 10 }),
];

/** One gradient at the text itself says little of a model that is sure. */
const local = new Set(["saliency", "input × gradient"]);
/** They leave out words as a whole. */
const byWords = new Set(["occlusion", "LIME", "Shapley values"]);

async function shownBy(value: object): Promise<MimeBundle> {
  return await (value as { [jupyterDisplay](): Promise<MimeBundle> })[jupyterDisplay]();
}

Deno.test("a word of a label speaks more for it than the other label's, by every method", async () => {
  await inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base"))).data(rows, task, {
      test: 0.25,
    })
      .adapt(full()).train({ epochs: 8, batchSize: 4, learningRate: 5e-3 })
      .evaluate({ accuracy }).deploy(merged(join(folder, "out"))).run({ quiet: true });
    assert.equal(result.scores.accuracy, 1);
    const texts = moods.map((mood) => `the film was ${mood} again`);
    const answers = await result.predict(texts);
    for (const method of methods) {
      const found = await result.explain(texts, { method, label: "bad" });
      found.forEach(({ words, score, faithfulness, completenessError, specialTokens }, at) => {
        assert.deepEqual(words.map(({ word }) => word), texts[at].split(" "));
        assert.ok(Math.abs(score - answers[at].probabilities.bad) < 1e-5);
        assert.ok(Object.values(faithfulness).every(Number.isFinite), method.name);
        assert.equal(specialTokens === undefined, byWords.has(method.name));
        if (completenessError !== undefined) assert.ok(Math.abs(completenessError) < 0.05);
      });
      const [good, bad] = found.map(({ words }) => words[3].value);
      if (!local.has(method.name)) assert.ok(bad > good, `${method.name}: ${bad} and ${good}`);
    }
    const [rollout] = await result.explain(texts, { method: attentionRollout() });
    const sum = rollout.words.reduce((all, { value }) => all + value, rollout.specialTokens!);
    assert.ok(Math.abs(sum - 1) < 1e-5);
    const [contrast] = await result.explain([texts[1]], { label: "good", against: "bad" });
    assert.ok(contrast.words.find(({ word }) => word === "bad")!.value < 0);
    assert.match(String(contrast), /^integrated gradients: why "good" and not "bad", 0\.0\d+\n/);
    const shown = String(contrast);
    assert.match(shown, /^the [^\n]*\[[+-]\w+\]/m);
    assert.match(shown, /special tokens .*\ncompleteness error .*\ncomprehensiveness/);
    await result.dispose();
    const opened = await open(`file:${join(folder, "out")}`);
    const [again] = await opened.explain([texts[1]], { label: "good", against: "bad" });
    again.words.forEach(({ value }: { value: number }, at: number) =>
      assert.ok(Math.abs(value - contrast.words[at].value) < 1e-4)
    );
    const { "text/html": page } = await shownBy(await opened.explain(["<b>bad</b> film"]));
    assert.match(page!, /&lt;<\/mark>.*bad<\/mark>/s);
    await opened.dispose();
  });
});

Deno.test("what cannot be explained is refused", async () => {
  await inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base"))).data(rows, task, {
      test: 0.25,
    })
      .adapt(full()).train({ epochs: 1 }).run({ quiet: true });
    const refused = async (
      options: object,
      pattern: RegExp,
      texts: readonly string[] = ["good film"],
    ) => await assert.rejects(result.explain(texts, options), isMistake("input", pattern));
    await refused(
      { label: "fair", against: "odd" },
      /no label "fair" and none "odd"; they are bad, good/,
    );
    await refused({ label: "good", against: "good" }, /are both "good"/);
    await refused({ baseline: "nowhere" }, /no token "nowhere"/);
    await refused({ method: gradCam() }, /take integratedGradients\(\)/);
    await refused({ method: attentionRollout(), label: "good" }, /leave label and against out/);
    await refused({ method: "saliency" }, /method is "saliency", but must be one of saliency\(\)/);
    await refused(
      { method: integratedGradients({ layer: 2 }) },
      /layer is 2, but the model has the blocks 0 to 1/,
    );
    await refused({ regions: [2, 2] }, /regions are of images/);
    const long = "film ".repeat(200);
    await refused({}, /input 1 has \d+ tokens[^]*input 3 has \d+ tokens/, [long, "film", long]);
    assert.deepEqual(await result.explain([]), []);
    await result.dispose();
  });
});

Deno.test("each token that a language model writes is explained by what stands before it", async () => {
  const english = await open("tunebook:english");
  const method = integratedGradients({ steps: 5 });
  const prompt = "He walked to the";
  const found: TextExplanation[] = await english.explain([prompt], { method, tokens: 2 });
  const [{ text }] = await english.generate([prompt], { maxNewTokens: 2 });
  assert.equal(found.map(({ label }) => label).join("").trim(), text.trim());
  assert.deepEqual(found[0].words.map(({ word }) => word), prompt.split(" "));
  assert.equal(found[1].texts[0], prompt + found[0].label);
  const [occluded]: TextExplanation[] = await english.explain([prompt], { method: occlusion() });
  assert.equal(occluded.label, found[0].label);
  assert.ok(Math.abs(occluded.score - found[0].score) < 1e-5);
  const refused = (options: object, pattern: RegExp) =>
    assert.rejects(english.explain([prompt], options), isMistake("input", pattern));
  await refused({ label: "nowhere at all" }, /no token "nowhere at all"/);
  await refused({ method: attentionRollout() }, /does not say why a token was written/);
  await english.dispose();
});

Deno.test("the tag of a word is explained", async () => {
  await inFolder(async (folder) => {
    const tagged = tableFromColumns({
      tokens: Array.from({ length: 24 }, (_, at) => ["the", "film", "was", moods[at % 2]]),
      tags: Array.from({ length: 24 }, (_, at) => ["O", "O", "O", at % 2 ? "BAD" : "GOOD"]),
    });
    const result = await model(await tinyModel(join(folder, "base")))
      .data(tagged, tokenClassification({ tokens: "tokens", tags: "tags", scheme: "plain" }), {
        test: 0.25,
      })
      .adapt(full()).train({ epochs: 8, batchSize: 4, learningRate: 5e-3 }).run({ quiet: true });
    const options = { method: occlusion(), word: "bad" };
    const [found] = await result.explain(["the film was bad"], options);
    const [{ words: [, , , said] }] = await result.predict(["the film was bad"]);
    assert.deepEqual([found.label, said.tag], ["BAD", "BAD"]);
    assert.ok(Math.abs(found.score - said.score) < 1e-5);
    const other = { method: occlusion(), word: "good", label: "BAD" };
    const [{ words, score }] = await result.explain(["the film was good"], other);
    assert.ok(score < found.score && words[3].value < found.words[3].value);
    const refused = (options: object, pattern: RegExp) =>
      assert.rejects(result.explain(["the film", "bad"], options), isMistake("input", pattern));
    await refused({}, /name the word whose tag is explained/);
    await refused({ word: "bad" }, /the word "bad" does not stand in[^]*input 1: "the film"/);
    await refused({ word: "bad", label: "FAIR" }, /no label "FAIR"/);
    await refused({ tokens: 2 }, /tokens is for tasks that write/);
    await result.dispose();
  });
});
