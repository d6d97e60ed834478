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
