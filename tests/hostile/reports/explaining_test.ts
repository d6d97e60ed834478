/**
 * Explanations of nothing, and baselines that were another token, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type ExplainMethod, full, integratedGradients, model } from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

/** A method that gives these values, whatever the input. */
const giving = (values: (features: number) => unknown): ExplainMethod => ({
  name: "own",
  settings: {},
  attribute: ({ features }) => Promise.resolve({ values: values(features) } as never),
});

Deno.test("what cannot be an explanation is an error, and what explains nothing is shown", () =>
  inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(16), { text: "text", label: "mood", test: 4 }).adapt(full())
      .train({ epochs: 1, batchSize: 8 }).run({ quiet: true });
    const why = (options: object, ...texts: string[]) => result.explain(texts, options);
    const text = "good great film";
    for (
      const [values, told] of [
        [(features: number) => new Float64Array(features - 1), "with 3 numbers.*, but gave 2"],
        [() => undefined, "but gave none"],
        [(features: number) => Array(features).fill(NaN), "gave NaN for word or region 1 of 3"],
      ] as const
    ) {
      await assert.rejects(
        why({ method: giving(values) }, text),
        isMistake("input", new RegExp(`explain: the method own .*${told}`)),
      );
    }
    const [nothing] = await why({ method: giving((features) => new Float64Array(features)) }, text);
    assert.deepEqual(nothing.words.map(({ value }) => value), [0, 0, 0]);
    assert.doesNotMatch(String(nothing), /NaN|Infinity/);

    // A text beside longer ones is explained as it is alone.
    const method = integratedGradients({ steps: 8 });
    const [alone] = await why({ method }, text);
    const [beside] = await why({ method }, text, `${text} and bad awful place `.repeat(3));
    alone.words.forEach(({ value }, at) =>
      assert.ok(Math.abs(value - beside.words[at].value) < 1e-6)
    );

    await assert.rejects(
      why({ baseline: "pad" }, text),
      isMistake("input", '"pad"', '; the special token is "[PAD]"'),
    );
    await assert.rejects(why({ baseline: "<pad>" }, text), isMistake("input", '"[PAD]"'));
    assert.equal((await why({ baseline: "[PAD]" }, text)).length, 1);
    await result.dispose();
  }));
