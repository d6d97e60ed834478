import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { checkpointFile, loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { inFolder } from "../weights/in_folder.ts";
import { endlessRun } from "./endless_run.ts";
import { runToy } from "./toy_run.ts";

const kills = 20;
/** Runs that are killed at the same time. */
const chains = 2;
/** A killed process lives this long at most, after its start or after its first step. */
const mostMilliseconds = { fromStart: 1000, fromFirstStep: 60 };
const program = fileURLToPath(new URL("endless_run.ts", import.meta.url));

async function startAndKill(folder: string, seed: number, fromStart: boolean): Promise<void> {
  // Temporary files that a killed process leaves go with the test's folder.
  const temporary = `${folder}-temporary`;
  await Deno.mkdir(temporary, { recursive: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, folder, String(seed)],
    env: { TMPDIR: temporary, TEMP: temporary },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  if (!fromStart) await output.read();
  const most = fromStart ? mostMilliseconds.fromStart : mostMilliseconds.fromFirstStep;
  await new Promise((resolve) => setTimeout(resolve, most * Math.random()));
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended by itself
  }
  await output.cancel();
  const errors = await new Response(child.stderr).text();
  const { signal, code } = await child.status;
  assert.ok(signal === "SIGKILL" || code === 0, errors);
}

async function killAndResume(folder: string, seed: number): Promise<void> {
  let reached = 0;
  for (let kill = 0; kill < kills / chains; kill++) {
    await startAndKill(folder, seed, kill % 5 === 0);
    const checkpoint = await loadCheckpoint(folder);
    const step = checkpoint?.trainerState.step ?? 0;
    assert.ok(step >= reached, `step ${reached} was lost: the checkpoint is of step ${step}`);
    reached = step;
  }
  assert.ok(reached > 0, "no process came as far as a checkpoint");
  const options = endlessRun(seed);
  const settings = { ...options.settings, checkpoints: folder, resume: true };
  const { seconds: _, stepsHere: __, ...resumed } = await runToy({ ...options, settings });
  const { seconds: ___, stepsHere: ____, ...whole } = await runToy(options);
  assert.deepEqual(resumed, whole);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  assert.deepEqual(names, [checkpointFile]);
}

Deno.test("a killed run leaves a whole checkpoint, and goes on to the same bits", () =>
  inFolder(async (folder) => {
    await Promise.all(
      Array.from({ length: chains }, (_, i) => killAndResume(`${folder}/${i}`, i + 1)),
    );
  }));
