import assert from "node:assert/strict";
import { join } from "node:path";
import { readSchedulerFile } from "../../lib/weights/scheduler_file.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";

Deno.test("a scheduler's file is read as Python writes it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "scheduler_config.json");
    await Deno.writeTextFile(
      path,
      '{ "_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "note": "-Infinity \\" 1" }',
    );
    assert.deepEqual(await readSchedulerFile(path), {
      _class_name: "DPMSolverMultistepScheduler",
      note: '-Infinity " 1',
    });
    for (const text of ["{ none }", "[1]", "Infinite"]) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(readSchedulerFile(path), isMistake("weights", "scheduler_config.json"));
    }
  }));
