/**
 * Everything of an executable but the run of the file itself, for which `deno compile` needs a runtime that only its
 * makers' site has: Deno stands in its place here, as a program that does not serve.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { executable, lora, merged, model } from "tunebook";
import { answerPageFiles } from "../../lib/deploy/browser/answer_page.ts";
import { checkFolders } from "../../lib/deploy/check_targets.ts";
import { checkRuntime, compileServer } from "../../lib/deploy/executable/compile.ts";
import { hasExecutableMark } from "../../lib/deploy/executable/has_mark.ts";
import { programFile, programText } from "../../lib/deploy/executable/program.ts";
import { writeProgram } from "../../lib/deploy/executable.ts";
import { withServer } from "../../lib/deploy/server/running_server.ts";
import { permissions, serverArguments } from "../../lib/deploy/server/server_command.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Has `deno compile` take another program for its runtime. */
async function withRuntime<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const given = Deno.env.get("DENORT_BIN");
  Deno.env.set("DENORT_BIN", path);
  try {
    return await work();
  } finally {
    if (given === undefined) Deno.env.delete("DENORT_BIN");
    else Deno.env.set("DENORT_BIN", given);
  }
}

Deno.test("without the runtime of compiled programs nothing is trained", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(24), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1e6 }).deploy(executable(join(folder, "moods")));
    await withRuntime(join(folder, "none"), () =>
      assert.rejects(
        plan.run({ quiet: true }),
        isMistake("unsupported", `needs denort ${Deno.version.deno}`, "DENORT_BIN"),
      ));
    await withRuntime(Deno.execPath(), checkRuntime);
  }));

Deno.test("a compiled file is known by its mark, and refused where it does not serve", () =>
  inFolder(async (folder) => {
    const parts = join(folder, "parts");
    await Deno.mkdir(join(parts, "model"), { recursive: true });
    for (const path of ["engine/devices", "serve/page", "deploy/browser/page"]) {
      await Deno.mkdir(join(parts, "lib", path), { recursive: true });
    }
    const page = answerPageFiles.map((file) => `lib/deploy/browser/page/${file}`);
    for (const path of ["lib/engine/devices/runtime_worker.ts", "deno.json", ...page]) {
      await Deno.writeTextFile(join(parts, path), path.endsWith(".json") ? "{}" : "");
    }
    const [first] = programText("moods").split("\n");
    await Deno.writeTextFile(join(parts, programFile), `${first}\nconsole.log("serving");\n`);
    const file = join(folder, "moods");
    await withRuntime(Deno.execPath(), () => compileServer(parts, file));
    assert.ok(await hasExecutableMark(file));
    await checkFolders([executable(file)]);
    const args = serverArguments({ start: [], host: "127.0.0.1", port: 0 });
    await assert.rejects(
      withServer({ program: file, args, folder }, () => Promise.resolve()),
      isMistake("output", "the server does not start"),
    );
    const other = join(folder, "other");
    await Deno.writeTextFile(other, "#!/bin/sh\n");
    await assert.rejects(
      checkFolders([executable(other)]),
      isMistake("output", `${other} is there, and no deployment wrote it`),
    );
  }));

Deno.test("the program inside serves the model that lies beside it", () =>
  inFolder(async (folder) => {
    const parts = join(folder, "parts");
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(24), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, batchSize: 8 }).deploy(merged(join(parts, "model")));
    const result = await plan.run({ quiet: true });
    const [{ probabilities }] = await result.predict(["the film was lovely"]);
    await result.dispose();
    await writeProgram(parts, "moods");
    // All that is compiled is there; Deno stands for the runtime.
    await withRuntime(Deno.execPath(), () => compileServer(parts, join(folder, "moods")));
    const args = serverArguments({
      start: ["run", "--cached-only", ...permissions(), programFile],
      host: "127.0.0.1",
      port: 0,
    });
    await withServer({ program: Deno.execPath(), args, folder: parts }, async (url) => {
      const response = await fetch(`${url}/classify`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "moods", input: "the film was lovely" }),
      });
      const { data: [found] } = await response.json();
      for (const [label, expected] of Object.entries(probabilities)) {
        assert.ok(Math.abs(found.probabilities[label] - expected) < 1e-5);
      }
    });
  }));

Deno.test("mistakes in the options are told", () => {
  assert.throws(() => executable("out/"), isMistake("input", "executable takes the file to write"));
  const options = { dtype: "int8", nam: "x" } as unknown as { name: string };
  assert.throws(() => executable("out/moods.exe", options), isMistake("input", "dtype", "nam"));
});
