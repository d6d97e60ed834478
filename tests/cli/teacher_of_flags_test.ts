import assert from "node:assert/strict";
import { readCommandLine } from "../../lib/cli/flags.ts";
import { planOfFlags } from "../../lib/cli/plan_of_flags.ts";
import { isMistake } from "../is_mistake.ts";

const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();

Deno.test("a teacher and chosen layers are flags", () => {
  const student = ["--model", "file:out/teacher", "--layers", "1,3,5", "--method", "full"];
  const { layers, task, split, columns } = planOf(
    ...student,
    ...["--teacher", "out/teacher", "--teacher-temperature", "4", "--teacher-weight", "0.9"],
    ...["--test", "0.3"],
  );
  assert.deepEqual(layers, [1, 3, 5]);
  assert.equal(columns, undefined);
  assert.deepEqual(split, { test: 0.3 });
  assert.deepEqual(task, {
    name: "distillation",
    settings: {
      task: { name: "text-classification", settings: { text: "text", label: "class" } },
      teacher: "out/teacher",
      temperature: 4,
      weight: 0.9,
    },
  });
  const several = planOf("--method", "full", "--layers", "2", "--teacher", "a, b");
  assert.equal(several.layers, 2);
  assert.deepEqual(several.task?.settings.teacher, ["a", "b"]);
});

Deno.test("what makes no sense of a teacher is told by its flags", () => {
  assert.throws(
    () => planOf("--teacher", "out", "--teacher-weight", "2"),
    isMistake("input", "--teacher-weight is 2"),
  );
  assert.throws(() => planOf("--teacher-weight", "0.5"), isMistake("input", "belong to --teacher"));
  assert.throws(
    () => planOf("--teacher", "out", "--task", "object-detection"),
    isMistake("input", "not object-detection"),
  );
});
