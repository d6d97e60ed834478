/**
 * The page in Chromium, by keyboard alone: every way to judge, changes, comments, a full disk, and texts that are
 * hostile; light and dark, narrow, and in Chinese.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import type { jupyterDisplay } from "../../lib/core/display.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { feedback } from "../../lib/feedback/feedback.ts";
import type { FeedbackOptions } from "../../lib/feedback/feedback_options.ts";
import type { FeedbackPage } from "../../lib/feedback/open_feedback.ts";
import { feedbackSettings } from "../../lib/feedback/feedback_options.ts";
import { answersFrom } from "../../lib/feedback/answers/feedback_answers.ts";
import { readItems } from "../../lib/feedback/rows/read_items.ts";
import { feedbackApp } from "../../lib/feedback/server/feedback_app.ts";
import { feedbackSession } from "../../lib/feedback/server/feedback_session.ts";
import { gatherJudgements } from "../../lib/feedback/storage/judgements.ts";
import { tableFromRows } from "../../lib/table/table.ts";
import { chromiumLack, withChromium } from "../open_chromium.ts";
import { byKeyboard, checkAccess, type Keyboard, look, textOf } from "../serve/page_keyboard.ts";
import { inFolder } from "../weights/in_folder.ts";

const lack = await chromiumLack();
const hostile =
  "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
const long = "A long answer goes on and on, so that its lines have to be broken. ".repeat(6).trim();

type Rows = readonly Readonly<Record<string, unknown>>[];

/** What a test sees. */
interface Seen {
  readonly page: Page;
  readonly keyboard: Keyboard;
  readonly open: FeedbackPage;
}

Deno.test({
  name: `people judge by keyboard, and no other server is asked${lack ? ` (${lack})` : ""}`,
  ignore: lack !== undefined,
}, () =>
  withChromium(async ({ page, asked, complaints }) => {
    const keyboard = byKeyboard(page);
    await page.setViewport({ width: 1280, height: 900 });
    const on = (rows: Rows, options: FeedbackOptions, work: (seen: Seen) => Promise<void>) =>
      inFolder(async (folder) => {
        const file = join(folder, "answers.jsonl");
        await using open = await feedback(rows, { file, quiet: true, next: "order", ...options })
          .open();
        const { length } = complaints;
        await page.goto(open.url);
        await page.waitForFunction("document.activeElement.id === 'name'");
        await checkAccess(page, "a name is asked for");
        await keyboard.type("Ann\u200b <b>");
        await keyboard.press("Enter");
        await work({ page, keyboard, open });
        assert.deepEqual(complaints.slice(length), []);
        const { origin } = new URL(open.url);
        const others = asked.filter((each) => each.startsWith("http") && !each.startsWith(origin));
        assert.deepEqual(others, []);
        assert.equal(new URL(page.url()).hash, "", "the token is taken out of the address");
        (asked as string[]).splice(0);
      });
    const prompt = `Which is safe? ${hostile}`;
    await on(
      [{ prompt, answers: [hostile, long] }, { prompt: "Two", answers: ["a", "b"] }],
      { token: "token-of-a-test" },
      judgePairs,
    );
    await on([{ prompt: conversation, answers: ["one", "two", "three"] }], {}, rank);
    await on([{ prompt: "p", answer: "fine" }], {}, giveThumbs);
    await on([{ prompt: "p", answer: "teh answer" }], { kind: "edit" }, edit);
    const moods = [{ text: hostile, label: "bad" }, { text: "ok", label: "good" }];
    await on(moods, { question: "How does it sound?" }, label);
    await on([{ text: names, spans: [{ start: 2, end: 5, label: "LOC" }] }], {
      labels: ["PER", "LOC"],
    }, markSpans);
    assert.equal(await page.title(), "Feedback");
  }));

const conversation = [
  { role: "system", content: "Be short." },
  { role: "user", content: `Hello ${hostile}` },
];
const names = "😀 Ann met\r\nBob Lee.";

/** The question of the next item has the focus. */
async function asks(page: Page, question: string): Promise<void> {
  await page.waitForFunction(
    `document.activeElement.id === "question" && question.innerText === ${
      JSON.stringify(question)
    } && item.ariaBusy === "false"`,
  ).catch(async (error) => {
    throw new Error(`${error}: ${await page.evaluate("document.body.innerText")}`);
  });
}

async function told(page: Page, id: string, text: string): Promise<void> {
  await page.waitForFunction(
    `document.getElementById("${id}").innerText.includes(${JSON.stringify(text)})`,
  ).catch(async (error) => {
    throw new Error(`${error}: ${await page.evaluate("document.body.innerText")}`);
  });
}

async function judgePairs({ page, keyboard, open }: Seen): Promise<void> {
  await asks(page, "Which answer is better?");
  assert.equal(await textOf(page, "rater"), "Judging as Ann <b>");
  const shown = await textOf(page, "item");
  for (const text of [hostile, long]) assert.ok(shown.includes(text), shown);
  assert.equal(
    await page.evaluate("document.querySelectorAll('#item img, #item script').length"),
    0,
  );
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await checkAccess(page, `a pair, ${scheme}`);
    await look(page, `pair_${scheme}`);
  }
  await keyboard.press("Enter");
  await told(page, "problem", "Choose an answer first.");
  await keyboard.press("2");
  await page.waitForFunction("document.querySelectorAll('.card.chosen').length === 1");
  const second = await page.evaluate("document.querySelectorAll('.card .written')[1].innerText");
  await look(page, "pair_chosen");
  await keyboard.press("c");
  await keyboard.type("Better s, 1 and b");
  await keyboard.send();
  await told(page, "told", "Stored. 1 left.");
  await told(page, "counted", "1 of 2 judged");
  assert.equal(open.answers.preferences().array("chosen")[0], second);
  assert.deepEqual(open.answers.all().array("comment"), ["Better s, 1 and b"]);
  // Back, and changed by arrow keys to a tie.
  await keyboard.press("b");
  await page.waitForFunction("!again.hidden");
  assert.equal(await page.evaluate("comment.value"), "Better s, 1 and b");
  await keyboard.press("0", "Enter");
  await told(page, "told", "Stored.");
  await asks(page, "Which answer is better?");
  assert.equal(open.answers.preferences().numRows(), 0);
  await keyboard.press("s");
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  await checkAccess(page, "all is judged");
}

async function rank({ page, keyboard, open }: Seen): Promise<void> {
  await asks(page, "Rank the answers, the best one first");
  const answers = await page.evaluate(
    "[...document.querySelectorAll('.card .written')].map((each) => each.innerText)",
  ) as string[];
  await keyboard.press("3");
  await checkAccess(page, "a ranking");
  await look(page, "ranking");
  await keyboard.press("1");
  await told(page, "choice", "Order so far: 3, 1, 2");
  await keyboard.press("Enter");
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  const order = [answers[2], answers[0], answers[1]];
  assert.deepEqual(open.answers.rankings().array("answers"), [order]);
}

async function giveThumbs({ page, keyboard, open }: Seen): Promise<void> {
  await asks(page, "Is this a good answer?");
  await checkAccess(page, "thumbs");
  await keyboard.press("1", "ArrowDown", "Enter");
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  assert.deepEqual(open.answers.thumbs().array("label"), [false]);
  // Taken back from the end.
  await keyboard.tabTo("last");
  await keyboard.press("Enter");
  await asks(page, "Is this a good answer?");
  await keyboard.tabTo("undo");
  await keyboard.press("Enter");
  await told(page, "told", "Taken back.");
  assert.equal(open.answers.count, 0);
}

async function edit({ page, keyboard, open }: Seen): Promise<void> {
  await asks(page, "Make the answer better");
  await checkAccess(page, "an answer to edit");
  await keyboard.tabTo("edited");
  await page.keyboard.down("Control");
  await keyboard.press("a");
  await page.keyboard.up("Control");
  await keyboard.type("the answer 123 s b");
  await look(page, "edit");
  await keyboard.send();
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  assert.deepEqual(open.answers.edits().array("completion"), ["the answer 123 s b"]);
}

async function label({ page, keyboard, open }: Seen): Promise<void> {
  await page.setViewport({ width: 360, height: 740 });
  await asks(page, "How does it sound?");
  await checkAccess(page, "a label");
  await look(page, "label_narrow");
  const width = await page.evaluate("document.documentElement.scrollWidth");
  assert.equal(width, 360, "nothing is wider than the screen");
  await keyboard.press("2", "Enter");
  await told(page, "counted", "1 of 2");
  // The label so far is right.
  await keyboard.press("Enter");
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  assert.deepEqual(open.answers.labels().array("label"), ["good", "good"]);
  await page.setViewport({ width: 1280, height: 900 });
}

async function markSpans({ page, keyboard, open }: Seen): Promise<void> {
  await asks(page, "Mark the right parts of the text");
  await keyboard.tabTo("text");
  await page.keyboard.down("Control");
  await keyboard.press("Home");
  await page.keyboard.up("Control");
  // Over the emoji and the blank to "Ann", which becomes a person; then from the end "Lee." without its point.
  await keyboard.press("ArrowRight", "ArrowRight");
  const select = async (...keys: Parameters<Keyboard["press"]>) => {
    await page.keyboard.down("Shift");
    await keyboard.press(...keys);
    await page.keyboard.up("Shift");
  };
  await select("ArrowRight", "ArrowRight", "ArrowRight");
  await keyboard.press("1", "End", "ArrowDown", "End", "ArrowLeft");
  await select("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
  await keyboard.press("2");
  await keyboard.type("nothing is written");
  await checkAccess(page, "spans");
  await look(page, "spans");
  await keyboard.send();
  await page.waitForFunction("document.activeElement.id === 'finished-title'");
  const [row] = open.answers.spans().objects() as { text: string; spans: unknown }[];
  assert.equal(row.text, names);
  assert.deepEqual(row.spans, [
    { start: 2, end: 5, label: "PER" },
    { start: 15, end: 18, label: "LOC" },
  ]);
}

Deno.test({
  name: `an answer that cannot be stored stays in the form, in Chinese as well${
    lack ? ` (${lack})` : ""
  }`,
  ignore: lack !== undefined,
}, async () => {
  const table = tableFromRows([{ prompt: "p", answer: "答案" }]);
  const settings = feedbackSettings({ token: false, kind: "edit" });
  const read = { columns: {}, kind: "edit", labels: undefined, ties: true, where: "rows" } as const;
  const { items, labels } = readItems(table, read);
  const judgements = gatherJudgements();
  let isFull = true;
  let tried = 0;
  const append = () => {
    tried++;
    return isFull
      ? Promise.reject(new TunebookError("output", "answers.jsonl cannot be written: no space."))
      : Promise.resolve();
  };
  const session = feedbackSession({ items, labels, judgements, settings, file: { append } });
  const app = feedbackApp({ session, labels, settings, answers: () => answersFrom(judgements) });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => app.fetch(request),
  );
  try {
    await withChromium(async ({ page }) => {
      const keyboard = byKeyboard(page);
      await page.setViewport({ width: 360, height: 740 });
      await page.evaluateOnNewDocument(
        "Object.defineProperty(navigator, 'language', { get: () => 'zh-CN' })",
      );
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await page.waitForFunction("document.activeElement.id === 'name'");
      await keyboard.type("安");
      await keyboard.press("Enter");
      await asks(page, "请把这个回答改得更好");
      assert.equal(await page.evaluate("document.documentElement.lang"), "zh");
      await keyboard.tabTo("edited");
      await keyboard.type("更好");
      await keyboard.send();
      await told(page, "problem", "no space");
      assert.match(await page.evaluate("edited.value") as string, /更好/);
      await checkAccess(page, "an answer that is not stored");
      await look(page, "not_stored_chinese");
      const value = await page.evaluate("edited.value");
      isFull = false;
      await keyboard.send();
      await page.waitForFunction("document.activeElement.id === 'finished-title'");
      assert.deepEqual(judgements.records.map((record) => record.value), [value]);
      assert.equal(tried, 2);
      await page.focus("#results summary");
      await keyboard.press("Enter");
      await told(page, "result-tables", "安");
      await checkAccess(page, "results");
      await look(page, "results_chinese");
    });
  } finally {
    await server.shutdown();
  }
});

Deno.test({
  name: `a notebook shows the page in a frame${lack ? ` (${lack})` : ""}`,
  ignore: lack !== undefined,
}, () =>
  inFolder(async (folder) => {
    const file = join(folder, "answers.jsonl");
    const rows = [{ prompt: "p", answers: ["a", "b"] }];
    await using open = await feedback(rows, { file, quiet: true }).open();
    const shown = await open[Symbol.for("Jupyter.display") as typeof jupyterDisplay]();
    assert.ok(shown["text/plain"].includes(open.url));
    const notebook = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(shown["text/html"], { headers: { "content-type": "text/html" } }),
    );
    try {
      await withChromium(async ({ page, complaints }) => {
        // localhost is another site than 127.0.0.1, as the page's own address has it.
        await page.goto(`http://localhost:${notebook.addr.port}/`);
        const frame = await page.waitForFrame((each) => each.url().startsWith("http://127.0.0.1"));
        await frame.waitForFunction("document.activeElement.id === 'name'");
        const keyboard = byKeyboard(page);
        await frame.focus("#name");
        await keyboard.type("Ann");
        await keyboard.press("Enter");
        await frame.waitForFunction("document.activeElement.id === 'question'");
        await keyboard.press("1", "Enter");
        await frame.waitForFunction("document.activeElement.id === 'finished-title'");
        assert.equal(open.answers.count, 1);
        assert.deepEqual(complaints, []);
        await look(page, "frame");
      });
    } finally {
      await notebook.shutdown();
    }
  }));
