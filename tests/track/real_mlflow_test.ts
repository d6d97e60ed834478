/**
 * Runs on a real MLflow server on this machine:
 *
 *     pip install mlflow
 *     mlflow server --backend-store-uri sqlite:///mlflow.db --port 5000
 *     TUNEBOOK_MLFLOW=http://127.0.0.1:5000 deno test --allow-all tests/track/real_mlflow_test.ts
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, head, mlflow, model } from "tunebook";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const address = Deno.env.get("TUNEBOOK_MLFLOW");

interface ServedRun {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string };
  readonly data: { readonly params: readonly { readonly key: string; readonly value: string }[] };
}

/** What the server answers; GET without a body. */
async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${address}/api/2.0/mlflow/${path}`, {
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200, path);
  return await answer.json();
}

/** The runs of an experiment, the latest first. */
async function runsOf(experiment: string): Promise<readonly ServedRun[]> {
  const name = new URLSearchParams({ experiment_name: experiment });
  const found = await ask<{ experiment: { experiment_id: string } }>(
    `experiments/get-by-name?${name}`,
  );
  const experiment_ids = [found.experiment.experiment_id];
  return (await ask<{ runs: ServedRun[] }>("runs/search", { experiment_ids })).runs;
}

/** All values of a metric by step. */
async function valuesOf(run_id: string, metric_key: string): Promise<readonly number[]> {
  const asked = new URLSearchParams({ run_id, metric_key, max_results: "5000" });
  const { metrics } = await ask<{ metrics: { step: number; value: number | string }[] }>(
    `metrics/get-history?${asked}`,
  );
  return metrics.toSorted((a, b) => a.step - b.step).map(({ value }) => Number(value));
}

Deno.test({
  name: `a real MLflow server has a run as it was${
    address ? "" : " (no address of one in TUNEBOOK_MLFLOW)"
  }`,
  ignore: !address,
  fn: () =>
    inFolder(async (folder) => {
      const experiment = `it's moods ${crypto.randomUUID()}`;
      const tracker = mlflow(address!, { experiment });
      const result = await model(await tinyModel(join(folder, "base")))
        .data(moods(40), { text: "text", label: "mood", test: 10, validation: 10 })
        .adapt(head())
        .train({ epochs: 60, batchSize: 10, seed: 4 })
        .evaluate({ accuracy })
        .run({ quiet: true, trackers: [tracker], name: "moods" });
      const [run, ...others] = await runsOf(experiment);
      assert.equal(others.length, 0);
      assert.deepEqual([run.info.run_name, run.info.status], ["moods", "FINISHED"]);
      const params = new Map(run.data.params.map(({ key, value }) => [key, value]));
      assert.equal(params.get("train.seed"), "4");
      assert.equal(params.get("method.name"), "head");
      const { run_id } = run.info;
      assert.deepEqual(await valuesOf(run_id, "train/loss"), result.losses);
      const validations = result.validations.map(({ score }) => score);
      assert.deepEqual(await valuesOf(run_id, "validation/accuracy"), validations);
      assert.deepEqual(await valuesOf(run_id, "test/accuracy"), [result.scores.accuracy]);
      await result.dispose();

      // The same run is gone on with, and ends as it did.
      const again = mlflow(address!, { experiment, run: run_id });
      await again.begin({ name: "moods", settings: { "train.seed": "5" } });
      await again.log({ step: 1000, time: Date.now(), values: { "train/loss": NaN } });
      await again.end("stopped");
      const [stopped, ...more] = await runsOf(experiment);
      assert.deepEqual([stopped.info.status, more.length], ["KILLED", 0]);
      assert.ok(Number.isNaN((await valuesOf(run_id, "train/loss")).at(-1)));
    }),
});
