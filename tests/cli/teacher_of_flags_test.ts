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

Deno.test("answers that are written have flags too, and layers that are compared", () => {
  const chats = ["--task", "chat", "--model", "file:small", "--data", "chats.jsonl"];
  const messages = { task: { name: "chat", settings: { messages: "messages" } } };
  const gkd = planOf(
    ...chats,
    ...["--messages", "messages", "--teacher", "out/large", "--distillation", "gkd"],
    ...["--teacher-on-policy", "1", "--teacher-beta", "0", "--teacher-answer-tokens", "32"],
    ...["--teacher-stop", "###,END"],
  );
  assert.deepEqual(gkd.task, {
    name: "gkd",
    settings: {
      ...messages,
      ...{ teacher: "out/large", onPolicy: 1, beta: 0, maxNewTokens: 32, stop: ["###", "END"] },
    },
  });
  const written = planOf(
    ...chats,
    ...["--messages", "messages", "--teacher", "out/large", "--distillation"],
    ...["sequence-distillation", "--teacher-answers", "2", "--teacher-temperature", "0.7"],
  );
  assert.deepEqual(written.task, {
    name: "sequence-distillation",
    settings: { ...messages, teacher: "out/large", temperature: 0.7, answers: 2 },
  });
  const layers = planOf(
    ...["--teacher", "out", "--teacher-hidden", "uniform", "--teacher-attention", "relations"],
  );
  const { hidden, attention } = layers.task!.settings as Record<string, unknown>;
  assert.deepEqual([hidden, attention], [{ layers: "uniform" }, { compare: "relations" }]);
});

Deno.test("what makes no sense of a teacher is told by its flags", () => {
  assert.throws(
    () => planOf("--teacher", "out", "--teacher-weight", "2"),
    isMistake("input", "--teacher-weight is 2"),
  );
  assert.throws(
    () => planOf("--teacher-weight", "0.5"),
    isMistake("input", "--teacher-weight belongs to --teacher"),
  );
  assert.throws(
    () => planOf("--teacher", "out", "--teacher-beta", "1"),
    isMistake("input", "--teacher-beta is of gkd, not of distillation"),
  );
  assert.throws(
    () => planOf("--teacher", "out", "--distillation", "gdk"),
    isMistake("input", '--distillation is "gdk"', "gkd"),
  );
  assert.throws(
    () => planOf("--teacher", "out", "--teacher-attention", "maps"),
    isMistake("input", "--teacher-attention is"),
  );
  assert.throws(
    () => planOf("--task", "gkd", "--teacher", "out"),
    isMistake("input", "--task chat --teacher FOLDER --distillation gkd"),
  );
  assert.throws(
    () => planOf("--teacher", "out", "--task", "object-detection"),
    isMistake("input", "not object-detection"),
  );
});
