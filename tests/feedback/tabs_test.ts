/**
 * The page in several tabs, loaded anew, and before a server that asks something else by now.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { answersFrom } from "../../lib/feedback/answers/feedback_answers.ts";
import { feedback } from "../../lib/feedback/feedback.ts";
import { feedbackSettings } from "../../lib/feedback/feedback_options.ts";
import { readItems } from "../../lib/feedback/rows/read_items.ts";
import { feedbackApp } from "../../lib/feedback/server/feedback_app.ts";
import { feedbackSession } from "../../lib/feedback/server/feedback_session.ts";
import { gatherJudgements } from "../../lib/feedback/storage/judgements.ts";
import { tableFromRows } from "../../lib/table/table.ts";
import { chromiumLack, withChromium } from "../open_chromium.ts";
import { byKeyboard } from "../serve/page_keyboard.ts";
import { inFolder } from "../weights/in_folder.ts";

const lack = await chromiumLack();
const named = (name: string) => ({
  name: `${name}${lack ? ` (${lack})` : ""}`,
  ignore: lack !== undefined,
});
const focusIs = (page: Page, id: string) =>
  page.waitForFunction(`document.activeElement.id === "${id}"`);
const holds = (page: Page, id: string, text: string) =>
  page.waitForFunction(
    `document.getElementById("${id}").innerText.includes(${JSON.stringify(text)})`,
  );

Deno.test(
  named(
    "another name in a second tab is not that of the first, whose answers are in another order",
  ),
  () =>
    inFolder(async (folder) => {
      const file = join(folder, "answers.jsonl");
      const rows = Array.from(
        { length: 12 },
        (_, at) => ({ prompt: `p${at}`, answers: ["yes", "no"] }),
      );
      await using open = await feedback(rows, { file, quiet: true, next: "order", token: false })
        .open();
      await withChromium(async ({ page: first }) => {
        await first.goto(open.url);
        await focusIs(first, "name");
        const keyboard = byKeyboard(first);
        await keyboard.type("Ann");
        await keyboard.press("Enter");
        await focusIs(first, "question");
        // Its name is now the one that the browser has kept.
        await first.reload();
        await holds(first, "rater", "Ann");
        const second = await first.browserContext().newPage();
        await second.goto(open.url);
        await focusIs(second, "question");
        await second.bringToFront();
        await second.click("#rename");
        await focusIs(second, "name");
        await second.evaluate("document.getElementById('name').value = 'Bob'");
        await second.keyboard.press("Enter");
        await holds(second, "rater", "Bob");
        await first.bringToFront();
        for (let at = 0; at < rows.length; at++) {
          await holds(first, "shown", `p${at}`);
          // The answer that says yes, wherever it stands.
          const place = await first.evaluate(
            "[...document.querySelectorAll('#choice .card')].findIndex((each) => each.innerText.includes('yes'))",
          ) as number;
          assert.ok(place >= 0);
          await keyboard.press(place === 0 ? "1" : "2", "Enter");
        }
        await focusIs(first, "finished-title");
        // Loaded anew, a tab has the name that was given last.
        await first.reload();
        await focusIs(first, "question");
        await holds(first, "rater", "Bob");
      });
      const records = (await Deno.readTextFile(file)).trim().split("\n").slice(-rows.length)
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        records.map(({ rater, value }) => [rater, value]),
        rows.map(() => ["Ann", 0]),
      );
      const orders = new Set(records.map(({ shown }) => JSON.stringify(shown)));
      assert.equal(orders.size, 2, "answers stand in both orders");
    }),
);

/** A server of the page for one pair, in memory. */
function appFor(prompt: string) {
  const settings = feedbackSettings({ token: false });
  const read = {
    columns: {},
    kind: undefined,
    labels: undefined,
    ties: true,
    where: "rows",
  } as const;
  const { items, labels } = readItems(tableFromRows([{ prompt, answers: ["a", "b"] }]), read);
  const judgements = gatherJudgements();
  const file = { append: () => Promise.resolve() };
  const session = feedbackSession({ items, labels, judgements, settings, file });
  const app = feedbackApp({ session, labels, settings, answers: () => answersFrom(judgements) });
  return { app, judgements };
}

Deno.test(named("what is no longer asked gives way to what is, in Chinese as well"), async () => {
  const [before, after] = [appFor("one"), appFor("two")];
  for (const [language, told] of [["en-US", "is no longer asked"], ["zh-CN", "已不再询问"]]) {
    let present = before;
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => present.app.fetch(request),
    );
    try {
      await withChromium(async ({ page }) => {
        await page.evaluateOnNewDocument(
          `Object.defineProperty(navigator, "language", { get: () => "${language}" })`,
        );
        await page.goto(`http://127.0.0.1:${server.addr.port}/`);
        await focusIs(page, "name");
        const keyboard = byKeyboard(page);
        await keyboard.type("Ann");
        await keyboard.press("Enter");
        await holds(page, "shown", "one");
        present = after;
        await keyboard.press("1", "Enter");
        await holds(page, "shown", "two");
        await holds(page, "told", told);
        assert.equal(before.judgements.records.length, 0);
      });
    } finally {
      await server.shutdown();
    }
  }
});

Deno.test(
  named("what was not sent outlives the server and the tab: ranked, written and commented"),
  () =>
    inFolder(async (folder) => {
      const file = join(folder, "answers.jsonl");
      const rows = [
        { prompt: "Rank these.", answers: ["one", "two", "three", "four"] },
        { prompt: "Which?", answers: ["yes", "no"] },
      ];
      const start = (token: string, port: number) =>
        feedback(rows, { file, quiet: true, next: "order", token, port }).open();
      const tokens = ["token-of-the-first-start", "token-of-the-second", "token-of-the-third"];
      const first = await start(tokens[0], 0);
      const { port } = first;
      await withChromium(async ({ page, complaints }) => {
        const keyboard = byKeyboard(page);
        const ranked = (text: string) => holds(page, "choice", `Order so far: ${text}`);
        await page.goto(first.url);
        await focusIs(page, "name");
        await keyboard.type("Ann");
        await keyboard.press("Enter");
        await focusIs(page, "question");
        await keyboard.press("3", "1");
        await keyboard.press("c");
        await keyboard.type("not sent yet");
        await ranked("3, 1");
        await first.close();
        // The open tab sends the rest, is asked for the new token, and goes on where it was.
        const second = await start(tokens[1], port);
        await keyboard.press("Escape", "2");
        await ranked("3, 1, 2, 4");
        await keyboard.press("Enter");
        await focusIs(page, "token");
        await keyboard.type(second.url);
        await keyboard.press("Enter");
        await focusIs(page, "send");
        await holds(page, "told", "had not sent");
        await ranked("3, 1, 2, 4");
        assert.equal(await page.evaluate("comment.value"), "not sent yet");
        await second.close();
        // Another tab, at the address of the next start, has it as well.
        const third = await start(tokens[2], port);
        await page.goto("about:blank");
        await page.goto(third.url);
        await focusIs(page, "question");
        await ranked("3, 1, 2, 4");
        assert.equal(await page.evaluate("comment.value"), "not sent yet");
        await keyboard.press("Enter");
        await holds(page, "told", "Stored. 1 left.");
        const [stored] = third.answers.all().objects() as Record<string, unknown>[];
        assert.equal(stored.comment, "not sent yet");
        // What is stored is no draft, and what is not chosen is none.
        await page.reload();
        await holds(page, "shown", "Which?");
        assert.equal(await page.evaluate("comment.value"), "");
        assert.equal(
          await page.evaluate(
            "Object.keys(localStorage).filter((name) => name.includes('draft')).length",
          ),
          0,
        );
        await keyboard.press("1");
        await page.reload();
        await page.waitForFunction("document.querySelectorAll('.card.chosen').length === 1");
        await third.close();
        // Where its answers stand in another order, what was chosen is forgotten.
        const order = () => page.evaluate("choice.innerText") as Promise<string>;
        const before = await order();
        const chosen = [];
        for (const seed of [1, 2, 3, 4, 5, 6]) {
          const other = { file: join(folder, `${seed}.jsonl`), port, seed, quiet: true };
          await using again = await feedback(rows.slice(1), { ...other, token: false }).open();
          await page.goto("about:blank");
          await page.goto(again.url);
          await focusIs(page, "question");
          const count = await page.evaluate("document.querySelectorAll('.card.chosen').length");
          chosen.push(`${await order() === before ? "same" : "turned"} ${count}`);
        }
        assert.deepEqual([...new Set(chosen)].sort(), ["same 1", "turned 0"]);
        assert.deepEqual(complaints.filter((each) => !each.includes("401")), []);
      });
    }),
);
