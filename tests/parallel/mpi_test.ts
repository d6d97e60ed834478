import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../../lib/core/exists.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { tinyModel } from "../pipeline/tiny.ts";
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
