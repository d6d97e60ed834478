/**
 * The page of a server in Chromium, by keyboard alone: every task, a key, a chat that is stopped, and labels that
 * are hostile.
 */
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import { serveSettings } from "../../lib/serve/serve_options.ts";
import { startServer } from "../../lib/serve/server.ts";
import { chromiumLack, withChromium } from "../open_chromium.ts";
import { delay } from "./delay.ts";
import { hostile, pageBase, picture } from "./page_bases.ts";
import { pageFront } from "./page_front.ts";
import {
  answered,
  byKeyboard,
  checkAccess,
  choose,
  fileChooser,
  type Keyboard,
  look,
  textOf,
} from "./page_keyboard.ts";
import { type ScriptedBase, scriptedBase } from "./texts/text_bases.ts";

/** Milliseconds for each token of a text that is stopped: a busy machine must come before its end. */
const pause = 100;
/** The tokens that the page asks for unless told. */
const mostTokens = 128;
const lack = await chromiumLack();
const key = "key-of-the-page-test";

Deno.test({
  name: `the page asks every task by keyboard, and no other server${lack ? ` (${lack})` : ""}`,
  ignore: lack !== undefined,
}, async () => {
  const settings = serveSettings({ port: 0, quiet: true, apiKeys: [key] });
  const prompts: string[] = [];
  const writer = await scriptedBase((prompt) => {
    prompts.push(prompt);
    return prompt.endsWith("endless<|end|>[assistant]") ? " word".repeat(60) : `${hostile} word 2`;
  });
  await using server = await startServer([pageBase(), writer], settings);
  await using front = pageFront(server.url);
  await withChromium(async ({ page, asked, complaints }) => {
    const keyboard = byKeyboard(page);
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(front.url);
    await giveKey(page, keyboard);
    await askTexts(page, keyboard);
    await askImages(page, keyboard);
    await talk(page, keyboard, writer);
    const { length } = prompts;
    assert.equal(length, 4);
    const said = `[user]Hello<|end|>[assistant]${hostile} word 2<|end|>[user]endless<|end|>`;
    assert.equal(prompts[1], `${said}[assistant]`);
    assert.equal(await page.title(), "tunebook");
    assert.deepEqual([front.watched[0], front.watched.at(-1)], ["moods", "talk"]);
    // The key that did not fit is one.
    assert.deepEqual(complaints.filter((each) => !each.includes("401 (Unauthorized)")), []);
    const own = [front.url, "blob:", "data:"];
    assert.deepEqual(asked.filter((url) => !own.some((start) => url.startsWith(start))), []);
  });
});

/** A key that does not fit is told, and one that does shows the models. */
async function giveKey(page: Page, keyboard: Keyboard): Promise<void> {
  await page.waitForFunction("document.activeElement.id === 'secret'");
  await checkAccess(page, "a key is asked for");
  await look(page, "key");
  await keyboard.type("wrong-key");
  await keyboard.press("Enter");
  await page.waitForSelector("#problem [role=alert]");
  assert.match(await textOf(page, "problem"), /the key is not one of this server's/);
  await keyboard.type(key);
  await keyboard.press("Enter");
  await page.waitForSelector("#text");
}

async function askTexts(page: Page, keyboard: Keyboard): Promise<void> {
  await choose(page, keyboard, "moods");
  await fill(keyboard, { text: "It's $HOME" });
  assert.match(await answered(page, "75.0 %"), /onerror/);
  const about = await textOf(page, "card");
  for (const told of ["0.8125 to 0.9375", "1.0e-7", hostile]) assert.ok(about.includes(told), told);
  assert.match(await textOf(page, "report"), /Drift was found in the last 40 rows/);
  await page.waitForFunction("!document.getElementById('program').hidden");
  await page.focus("#program summary");
  await keyboard.press("Enter");
  const program = await textOf(page, "code");
  assert.ok(program.includes(`"It'\\''s $HOME"`), program);
  assert.ok(program.includes("$TUNEBOOK_API_KEY") && !program.includes(key), program);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await checkAccess(page, scheme);
    await look(page, `wide_${scheme}`);
  }

  await choose(page, keyboard, "pairs");
  await fill(keyboard, { text: "one", pair: "one" });
  assert.match(await answered(page, "100.0 %"), /^yes/);

  await choose(page, keyboard, "names");
  await fill(keyboard, { text: "Adam met Ada." });
  await answered(page, "90.0 %");
  assert.equal(await textBefore(page, "mark"), "Adam met ");
  await look(page, "names");

  await choose(page, keyboard, "questions");
  await fill(keyboard, { question: "When?", context: "Not 1843x but 1843" });
  await answered(page, "80.0 %");
  assert.equal(await textBefore(page, "mark"), "Not 1843x but ");

  await choose(page, keyboard, "vectors");
  await fill(keyboard, { query: "four", lines: "a much longer text\nfive5" });
  assert.match(await answered(page, "five5"), /five5[^]*a much longer text/);
}

async function askImages(page: Page, keyboard: Keyboard): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(file, picture);
  try {
    for (const [name, share] of [["boxes", "75.0 %"], ["areas", "25.0 % of the pixels"]]) {
      await choose(page, keyboard, name);
      await keyboard.tabTo("image");
      await (await fileChooser(page, keyboard)).accept([file]);
      await page.focus("#ask [type=submit]");
      await keyboard.press("Enter");
      assert.match(await answered(page, share), /onerror/);
      await checkAccess(page, name);
      await look(page, name);
    }
  } finally {
    await Deno.remove(file);
  }
  await choose(page, keyboard, "drawings");
  await keyboard.tabTo("label");
  await keyboard.press("ArrowDown", "Tab", "Backspace");
  await keyboard.type("2");
  await keyboard.press("Enter");
  assert.match(await answered(page, "cat, seed 1"), /cat, seed 2/);
  await checkAccess(page, "drawings");
}

/** A chat goes on, keeps what was said, and is stopped by a key. */
async function talk(page: Page, keyboard: Keyboard, writer: ScriptedBase): Promise<void> {
  await page.setViewport({ width: 360, height: 740 });
  await choose(page, keyboard, "talk");
  await fill(keyboard, { text: "Hello" });
  await answered(page, "word 2");
  writer.delay = pause;
  let begun = writer.reads.length;
  await fill(keyboard, { text: "endless" });
  await page.waitForFunction(
    "document.getElementById('answer').innerText.includes('word word word')",
  );
  await keyboard.press("Escape");
  await page.waitForFunction("document.getElementById('took').innerText === 'Stopped.'");
  await hasStopped(writer, begun);
  begun = writer.reads.length;
  await fill(keyboard, { text: "endless" });
  await page.waitForFunction("document.querySelectorAll('.turn').length === 6");
  await choose(page, keyboard, "moods");
  await hasStopped(writer, begun);
  writer.delay = 0;
  assert.equal(await textOf(page, "answer"), "Nothing was asked yet.");
  await choose(page, keyboard, "talk");
  await fill(keyboard, { text: "Hello" });
  await answered(page, "word 2");
  await checkAccess(page, "a chat");
  await look(page, "narrow_dark");
  const wider = await page.evaluate("document.documentElement.scrollWidth");
  assert.equal(wider, 360, "nothing is wider than the screen");
}

/** Fills the fields with these ids, then sends. */
async function fill(keyboard: Keyboard, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, text] of Object.entries(fields)) {
    await keyboard.tabTo(id);
    for (const [at, line] of text.split("\n").entries()) {
      if (at > 0) await keyboard.press("Enter");
      await keyboard.type(line);
    }
  }
  await keyboard.send();
}

/** The text of the answer's paragraph before an element. */
function textBefore(page: Page, selector: string): Promise<unknown> {
  return page.evaluate(`document.querySelector("#answer ${selector}").previousSibling.data`);
}

/** Waits until a model writes no more; it must not have come to the end of what was asked. */
async function hasStopped({ reads }: ScriptedBase, begun: number): Promise<void> {
  for (let before = -1; before < reads.length; await delay(3 * pause)) before = reads.length;
  assert.ok(reads.length - begun < mostTokens, `${reads.length - begun} tokens were written`);
}
