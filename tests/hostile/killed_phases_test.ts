import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { phases } from "./phases_program.ts";

const program = fileURLToPath(new URL("phases_program.ts", import.meta.url));
/** A process is killed so long after it said its phase, at most. */
const mostMilliseconds = 30;
/** Kills in each phase and kind; TUNEBOOK_KILLS for more. */
const killsPerPhase = Number(Deno.env.get("TUNEBOOK_KILLS") ?? 1);

/** Runs until the phase is said, and a little longer; without a phase to the end. */
async function run(folder: string, kind: string, phase?: string): Promise<boolean> {
  const temporary = join(folder, "temporary");
  await Deno.mkdir(temporary, { recursive: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", program, folder, kind],
    env: { TMPDIR: temporary, TEMP: temporary, TUNEBOOK_THREADS: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (!phase || !text.split("\n").includes(phase)) continue;
    await new Promise((resolve) => setTimeout(resolve, mostMilliseconds * Math.random()));
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
  }
  const { success, signal } = await child.status;
  assert.ok(success || signal === "SIGKILL", await errors);
  return signal === "SIGKILL";
}

async function files(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      const inner = Object.entries(await files(join(folder, name)));
      for (const [below, hash] of inner) found[`${name}/${below}`] = hash;
      if (inner.length === 0) found[`${name}/`] = "";
      continue;
    }
    const bytes = await Deno.readFile(join(folder, name));
    found[name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  return found;
}

for (const kind of ["plain", "nf4"]) {
  Deno.test(`a ${kind} run that is killed in every phase goes on to the same files`, () =>
    inFolder(async (home) => {
      const folders = ["whole", "killed"].map((name) => join(home, name));
      // The model's path is a part of what a run depends on, but not of what it writes.
      for (const folder of folders) await tinyModel(join(folder, "base"));
      await run(folders[0], kind);
      let killed = 0;
      for (let i = 0; i < killsPerPhase; i++) {
        for (const phase of phases) if (await run(folders[1], kind, phase)) killed++;
      }
      assert.ok(killed >= killsPerPhase * (phases.length - 2), `${killed} processes were killed`);
      assert.equal(await run(folders[1], kind), false);
      const [whole, other] = [
        await files(join(folders[0], "out")),
        await files(join(folders[1], "out")),
      ];
      const names = (of: Record<string, string>) => Object.keys(of).sort();
      assert.deepEqual(names(other), names(whole));
      const trained = names(whole).filter((name) => name.endsWith("model.safetensors"));
      assert.ok(trained.length > 0);
      for (const name of trained) assert.equal(other[name], whole[name], name);
    }));
}
