import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  lora,
  merged,
  model,
  openWatch,
  sentenceEmbeddings,
  tableFromRows,
  textClassification,
  tokenClassification,
} from "tunebook";
import { readProfile } from "../../../lib/serve/watch/profile/read_profile.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";

Deno.test("a run writes the profile of the held-out rows into each folder, without their texts", () =>
  inFolder(async (folder) => {
    const places = [join(folder, "a"), join(folder, "m")];
    const [train, test] = [moods(48), moods(160, 2)];
    const plan = model(await tinyModel(join(folder, "base")))
      .data(train, textClassification({ text: "text", label: "mood" }), { test })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 }).evaluate({ accuracy })
      .deploy(adapter(places[0]), merged(places[1]));
    const result = await plan.run({ quiet: true });
    const [profile, same] = await Promise.all(places.map(readProfile));
    assert.deepEqual(profile, same);
    assert.deepEqual([profile.task, profile.rows], ["text-classification", 160]);
    assert.deepEqual(Object.keys(profile.numbers), ["confidence", "unknown tokens", "words"]);
    assert.equal(profile.numbers.confidence.length, 160);
    assert.deepEqual(Object.keys(profile.classes), ["label", "language"]);
    const { predictions, scores, intervals } = result;
    assert.equal(profile.calibration!.accuracy.mean, scores.accuracy);
    assert.deepEqual(profile.scores.accuracy.low, intervals.accuracy.low);
    const said = Array.from(predictions.predicted, (id) => predictions.labels[id]);
    for (const [label, count] of Object.entries(profile.classes.label)) {
      assert.equal(count, said.filter((each) => each === label).length);
    }
    const text = await Deno.readTextFile(join(places[1], "watch_profile.json"));
    assert.ok(text.length < 120_000, `${text.length} characters`);
    assert.doesNotMatch(text.replace(/"bytes":"[^"]*"/, ""), /film|lovely|service/);

    // The same rows, asked again as a server would, are the profile's own distribution.
    await using watch = await openWatch(places[1], { rules: { window: 160, looks: 1 } });
    const inputs = test.array("text") as string[];
    const answers = await result.predict(inputs);
    watch.answered({ id: "all", at: 0, milliseconds: 1, inputs, answers });
    const report = await watch.report();
    assert.deepEqual(report.raised, []);
    const confidence = report.drift.find(({ signal }) => signal === "confidence")!;
    assert.ok(confidence.statistic! < 0.01, `${confidence.statistic}`);
    await result.dispose();
    // A folder with a profile is one that a deployment wrote.
    await (await plan.run({ quiet: true })).dispose();
  }));

Deno.test("profiles of other tasks have what their answers say", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    const rows = reviews(40).map(({ text }, row) => ({
      words: text.split(" "),
      tags: text.split(" ").map((_, at) => at === 0 ? "B-X" : "O"),
      first: text,
      second: reviews(40, 3)[row].text,
    }));
    const table = tableFromRows(rows);
    const tasks = {
      tags: [tokenClassification({ tokens: "words", tags: "tags" }), ["confidence", "found"]],
      vectors: [sentenceEmbeddings({ anchor: "first", positive: "second" }), ["words"]],
    } as const;
    for (const [name, [task, numbers]] of Object.entries(tasks)) {
      const place = join(folder, name);
      const result = await base.data(table, task as never, { test: table }).adapt(lora({ rank: 2 }))
        .train({ epochs: 1 }).deploy(merged(place)).run({ quiet: true });
      const profile = await readProfile(place);
      for (const each of numbers) {
        // A model that finds nothing is sure of nothing.
        assert.ok(each in profile.numbers || each === "confidence", `${name}: ${each}`);
      }
      assert.equal(profile.vectors!.rows, profile.rows);
      assert.equal(profile.calibration, undefined);
      await result.dispose();
    }
  }));
