import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { full, merged, model, tableFromColumns, textGeneration } from "tunebook";
import { exists } from "../../lib/core/exists.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const program = fileURLToPath(new URL("mpi_process.ts", import.meta.url));
const hasMpi = await new Deno.Command("mpirun", {
  args: ["--version"],
  stdout: "piped",
  stderr: "null",
})
  .output().then(
    ({ stdout }) => new TextDecoder().decode(stdout).includes("Open MPI"),
    () => false,
  );
const test = (name: string, fn: (folder: string) => Promise<void>) =>
  Deno.test({
    name: `${name}${hasMpi ? "" : " (no Open MPI here)"}`,
    ignore: !hasMpi,
    fn: () => inFolder(fn),
  });

test("two processes of mpirun train one model, and the first one writes", async (folder) => {
  const reference = await tinyModel(join(folder, "base"));
  const [alone, both] = [join(folder, "alone"), join(folder, "both")];
  await Promise.all([alone, both].map((each) => Deno.mkdir(each)));
  assert.equal((await run(1, [alone, "run", reference])).code, 0);
  const { code: ended, said } = await run(2, [both, "run", reference]);
  assert.equal(ended, 0, said);
  const [expected, first, second] = await Promise.all(
    [join(alone, "0.json"), join(both, "0.json"), join(both, "1.json")]
      .map(async (file) => JSON.parse(await Deno.readTextFile(file))),
  );
  assert.equal(first.threads, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)));
  assert.deepEqual(first.losses, second.losses);
  assert.deepEqual(first.scores, second.scores);
  for (const [step, loss] of expected.losses.entries()) {
    assert.ok(Math.abs(first.losses[step] - loss) < 1e-6, `step ${step + 1}`);
  }
  assert.equal(first.outputs.length, 1);
  assert.deepEqual(second.outputs, []);
});

test("two processes of mpirun learn from rewards that the first one alone asks", async (folder) => {
  const reference = await tinyModel(join(folder, "base"), "gpt2");
  const { code, said } = await run(2, [folder, "rewards", reference]);
  assert.equal(code, 0, said);
  const [first, second] = await Promise.all(
    ["0.json", "1.json"].map(async (file) =>
      JSON.parse(await Deno.readTextFile(join(folder, file)))
    ),
  );
  assert.ok(first.losses.length > 0);
  assert.deepEqual(second.losses, first.losses);
  assert.deepEqual(second.methodRecord, first.methodRecord);
  assert.ok(first.asked > 0);
  assert.equal(second.asked, 0);
});

test("a run that fails in one process ends the job, also where that is caught", async (folder) => {
  const reference = await tinyModel(join(folder, "base"));
  const { code } = await run(2, [folder, "fail", reference]);
  assert.notEqual(code, 0);
  const { failed } = JSON.parse(await Deno.readTextFile(join(folder, "1.json")));
  assert.match(failed, /none/);
});

test("a process that is lost ends the job, with a checkpoint", async (folder) => {
  const { code, said } = await run(2, [folder, "lose", "9"]);
  assert.notEqual(code, 0);
  assert.match(said, /rank 1 .*signal 9/);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(join(folder, "0.json"))), {
    step: 9,
    stopped: "interrupted",
  });
  const kept = await loadCheckpoint(join(folder, "kept"));
  assert.equal(kept!.trainerState.step, 9);
  assert.ok(!await exists(join(folder, "1.json")));
});

/** What a process of the mode `shard` tells. */
interface Told {
  readonly failed?: string;
  readonly device: string;
  readonly losses: readonly number[];
  readonly validations: readonly { readonly score: number }[];
  readonly scores: Readonly<Record<string, number>>;
  readonly outputs: readonly string[];
  readonly text?: string;
}

test("processes share frozen weights, lose one, and go on with more", async (folder) => {
  const reference = await decoder(join(folder, "base"));
  const [whole, shared] = [join(folder, "whole"), join(folder, "shared")];
  await Promise.all([whole, shared].map((each) => Deno.mkdir(each)));
  const launch = async (processes: number, args: readonly string[]) => {
    const { code, said } = await run(processes, args);
    const told = (rank: number): Promise<Told> =>
      Deno.readTextFile(join(args[0], `${rank}.json`)).then(JSON.parse);
    return { code, said, told };
  };
  const expected = await launch(2, [whole, "shard", reference, "0"]);
  assert.equal(expected.code, 0, expected.said);
  const lost = await launch(2, [shared, "shard", reference, "0.3", "3"]);
  assert.notEqual(lost.code, 0);
  assert.match(lost.said, /rank 1 .*signal 9/);
  assert.match((await lost.told(0)).failed!, /stopped after step 3 of 8\. The state is kept in /);
  const resumed = await launch(3, [shared, "shard", reference, "0.3"]);
  assert.equal(resumed.code, 0, resumed.said);
  const wanted = await expected.told(0);
  assert.notEqual(wanted.losses[0], wanted.losses.at(-1));
  for (const rank of [0, 1, 2]) {
    const { losses, validations, scores, device, outputs, text } = await resumed.told(rank);
    assert.equal(device, "cpu (frozen weights shared by 3 processes, 0.3 MB at once)");
    assertNear(losses, wanted.losses);
    const scoresOf = (each: Told["validations"]) => each.map(({ score }) => score);
    assertNear(scoresOf(validations), scoresOf(wanted.validations));
    assertNear(Object.values(scores), Object.values(wanted.scores));
    assert.equal(outputs.length, rank === 0 ? 2 : 0);
    if (rank === 0) assert.equal(text, wanted.text);
  }
  for (const file of ["adapter/adapter_model.safetensors", "merged"]) {
    using ours = await openWeights(join(shared, file));
    using theirs = await openWeights(join(whole, file));
    assert.deepEqual([...ours.tensors.keys()], [...theirs.tensors.keys()]);
    for (const name of theirs.tensors.keys()) {
      const values = await ours.readFloat32(name);
      (await theirs.readFloat32(name)).forEach((value, at) =>
        // Adam divides small differences by small numbers.
        assert.ok(Math.abs(values[at] - value) < 1e-4, `${name} at ${at}`)
      );
    }
  }
});

/** Perplexities are exponentials of sums, and products of shared matrices are summed in another order. */
function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, at) =>
    assert.ok(Math.abs(actual[at] / value - 1) < 1e-6, `${actual[at]}, not ${value}`)
  );
}

/** Writes a decoder whose matrices have 64 KiB and more. */
async function decoder(folder: string): Promise<string> {
  const sizes = { hiddenSize: 128, layers: 3, heads: 2, positions: 32, vocabulary: 300 };
  const result = await model("new:llama", sizes)
    .data(
      tableFromColumns({ text: reviews(12).map((each) => each.text) }),
      textGeneration({ text: "text" }),
      { test: 2 },
    )
    .adapt(full())
    .train({ epochs: 0 })
    .deploy(merged(folder))
    .run({ quiet: true });
  await result.dispose();
  return `file:${folder}`;
}

/** Launches so many processes on this machine. */
async function run(processes: number, args: readonly string[]) {
  const options = [
    "--allow-run-as-root",
    "--oversubscribe",
    "--bind-to",
    "none",
    "-n",
    `${processes}`,
  ];
  const { code, stderr } = await new Deno.Command("mpirun", {
    args: [...options, Deno.execPath(), "run", "--allow-all", program, ...args],
    env: { TUNEBOOK_THREADS: "" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}
