/** What is said of a run whose scores should not be believed, and how sure scores are. */
import assert from "node:assert/strict";
import { accuracy, head, lora, matthews, metric, model, type Predictions } from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { runNotes } from "../../../lib/pipeline/run/run_notes.ts";
import { predictionsOf } from "../../../lib/tasks/shared/class_predictions.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const columns = { text: "text", label: "mood" } as const;
const predictions = predictionsOf({
  kind: "single",
  labels: ["no", "yes"],
  logits: Float32Array.of(0, 1, 1, 0, 1, 0, 1, 0), // yes, no, no, no
  truth: [1, 1, 1, 0],
});
const settings = { batchSize: 16, accumulate: 1, epochs: 3, keepBest: true };
const trained = { totalSteps: 600, validations: [], keptStep: 600 };
const facts = { settings, trained, judge: "accuracy", startsAnew: true, predictions };

Deno.test("a run that is long enough and learned something has no notes", () => {
  assert.deepEqual(runNotes(facts), []);
  assert.deepEqual(runNotes({ ...facts, baseline: { label: "no", accuracy: 0.25 } }), []);
});

Deno.test("few steps are told, with what to do", () => {
  assert.deepEqual(runNotes({ ...facts, trained: { ...trained, totalSteps: 9 } }), [
    "9 steps are few: take more epochs than 3 or a smaller batch than 16 rows (with 17 epochs they are 50 or more)",
  ]);
  const [one] = runNotes({
    ...facts,
    settings: { ...settings, batchSize: 1, epochs: 1 },
    trained: { ...trained, totalSteps: 1 },
  });
  assert.equal(one, "1 step is few: take more epochs than 1 (with 50 epochs they are 50 or more)");
  // Nothing is trained, or a trained adapter goes on.
  assert.deepEqual(runNotes({ ...facts, trained: { ...trained, totalSteps: 0 } }), []);
  const more = { ...facts, startsAnew: false, trained: { ...trained, totalSteps: 9 } };
  assert.deepEqual(runNotes(more), []);
});

Deno.test("an accuracy that is not above the baseline's is told", () => {
  const [below] = runNotes({ ...facts, baseline: { label: "yes", accuracy: 0.75 } });
  assert.equal(
    below,
    'below the baseline: accuracy 0.5000, where always saying "yes" has 0.7500',
  );
  const [equal] = runNotes({ ...facts, baseline: { label: "yes", accuracy: 0.5 } });
  assert.match(equal, /^no better than the baseline/);
});

Deno.test("validations without a score are told", () => {
  const validations = [{ step: 1, score: NaN }, { step: 2, score: NaN }];
  const [never] = runNotes({ ...facts, trained: { ...trained, validations, keptStep: 2 } });
  assert.match(never, /accuracy was undefined on the validation rows every time, so that keepBest/);
  assert.match(never, /kept the last step, 2; give more validation rows/);
  const some = [...validations, { step: 3, score: 0.5 }];
  const [once] = runNotes({ ...facts, trained: { ...trained, validations: some } });
  assert.match(once, /undefined in 2 of 3 validations/);
});

Deno.test("a run says its notes and how sure its scores are", () =>
  inFolder(async (folder) => {
    const undefinedEverywhere = metric({
      name: "undefinedEverywhere",
      kinds: ["single"],
      better: "higher",
      compute: (_: Predictions<"single">) => NaN,
    });
    const result = await model(await tinyModel(folder))
      .data(moods(60), { ...columns, validation: 0.2 })
      .adapt(lora({ rank: 2 }))
      .train({ keepBest: true })
      .evaluate({ undefinedEverywhere, accuracy, matthews })
      .run(quiet);
    assert.match(result.notes.join("\n"), /steps are few/);
    assert.match(result.notes.join("\n"), /undefinedEverywhere was undefined .* every time/);
    const { low, high, mean, over } = result.intervals.accuracy;
    assert.equal(over, "rows");
    assert.equal(mean, result.scores.accuracy);
    assert.ok(low <= mean && mean <= high && low < high);
    assert.ok(!("undefinedEverywhere" in result.intervals));
    const text = String(result);
    assert.match(text, /accuracy +0\.\d{4} \(\d.* to \d.* on other rows, 95 %\)/);
    assert.match(text, /^note: \d+ steps are few/m);
    await result.dispose();
  }));

Deno.test("a run prepares its metrics, and says how a score was computed", () =>
  inFolder(async (folder) => {
    let prepared = 0;
    const asked = metric({
      name: "asked",
      title: "asked <later>",
      kinds: ["single"],
      better: "higher",
      prepare: async () => {
        await Promise.resolve();
        prepared++;
      },
      compute: (_: Predictions<"single">) => prepared,
      signature: ({ rows }) => `rows:${rows}|version:<1>`,
    });
    const result = await model(await tinyModel(folder)).data(moods(24), columns)
      .adapt(head()).train({ epochs: 0 }).evaluate({ asked, accuracy }).run(quiet);
    assert.equal(result.scores.asked, 1);
    const signature = `rows:${result.predictions.rows}|version:<1>`;
    assert.deepEqual(result.signatures, { asked: signature });
    assert.match(
      String(result),
      /asked <later> {4}1\.0000.*\n {4}rows:\d+\|version:<1>\n {2}accuracy/,
    );
    const shown = result.scores as unknown as { [jupyterDisplay](): Promise<MimeBundle> };
    const bundle = await shown[jupyterDisplay]();
    assert.ok(String(bundle["text/plain"]).includes(`asked <later>: ${signature}`));
    assert.match(String(bundle["text/html"]), /<code>rows:\d+\|version:&lt;1&gt;<\/code>/);
    await result.dispose();
  }));

Deno.test("sixteen rows with the defaults learn", () =>
  inFolder(async (folder) => {
    const run = (epochs: number) =>
      model(`file:${folder}`).data(moods(16), columns).adapt(head()).train({ epochs }).run(quiet);
    await tinyModel(folder);
    const [none, one] = [await run(0), await run(1)];
    assert.equal(one.steps, 1);
    assert.notDeepEqual(none.predictions.logits, one.predictions.logits);
    await none.dispose();
    await one.dispose();
  }));
