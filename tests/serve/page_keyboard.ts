/**
 * A page that is used by keyboard, and looked at as assistive technology does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import axe from "axe-core";
import type { FileChooser, KeyInput, Page } from "puppeteer-core";

/** Where screenshots go, for people who want to look. */
const pictures = Deno.env.get("SCREENSHOTS");

/** More fields than the page has. */
const mostTabs = 60;
/** How often a file is asked for, and how long each time. */
const [mostPresses, askMilliseconds] = [4, 10_000];

/** A page that is used by its keys. */
export function byKeyboard(page: Page) {
  const press = async (...keys: KeyInput[]) => {
    for (const each of keys) await page.keyboard.press(each);
  };
  const focused = () => page.evaluate("document.activeElement.id") as Promise<string>;
  return {
    press,
    focused,
    /** Goes on until a field has the focus, and fails where none of the next fields is it. */
    async tabTo(id: string) {
      for (let at = 0; at < mostTabs; at++) {
        if (await focused() === id) return;
        await press("Tab");
      }
      throw new Error(`no key leads to #${id}`);
    },
    async send() {
      await page.keyboard.down("Control");
      await press("Enter");
      await page.keyboard.up("Control");
    },
    type: (text: string) => page.keyboard.type(text),
  };
}

/** The keys of a page. */
export type Keyboard = ReturnType<typeof byKeyboard>;

/** What is written in an element. */
export const textOf = (page: Page, id: string) =>
  page.evaluate(`document.getElementById("${id}").innerText`) as Promise<string>;

/** Waits for an answer with this text, and gives all of it. */
export async function answered(page: Page, piece: string): Promise<string> {
  const holds = `document.getElementById("answer").innerText.includes(${JSON.stringify(piece)})` +
    ` && document.getElementById("answer").ariaBusy === "false"`;
  await page.waitForFunction(holds).catch(async (error) => {
    throw new Error(`${error}: ${await textOf(page, "served")}`);
  });
  return await textOf(page, "answer");
}

/** Chooses a model with the arrows: what is typed into a list is one word or several, as the machine is quick. */
export async function choose(page: Page, keyboard: Keyboard, name: string): Promise<void> {
  await page.keyboard.down("Shift");
  await keyboard.tabTo("model");
  await page.keyboard.up("Shift");
  const steps = await page.evaluate(
    `[...model.options].findIndex(({ value }) => value === "${name}") - model.selectedIndex`,
  ) as number;
  for (let at = 0; at < Math.abs(steps); at++) {
    await keyboard.press(steps > 0 ? "ArrowDown" : "ArrowUp");
  }
  await page.waitForFunction(
    `document.querySelector("#card dd").innerText === "${name}"`,
  );
}

/**
 * Presses Space on the field of a file that has the focus until the browser asks which one: on a busy machine
 * a press may come to nothing, as Chromium asks only while the key that a person pressed is fresh.
 */
export async function fileChooser(page: Page, keyboard: Keyboard): Promise<FileChooser> {
  for (let left = mostPresses;; left--) {
    const asked = page.waitForFileChooser({ timeout: askMilliseconds });
    const [chooser] = await Promise.allSettled([asked, keyboard.press("Space")]);
    if (chooser.status === "fulfilled") return chooser.value;
    if (left === 1) throw chooser.reason;
  }
}

/** Fails where axe finds anything serious. */
export async function checkAccess(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as axe.AxeResults;
  const told = violations.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary).join("\n")}`
  );
  assert.deepEqual(told, [], state);
}

/** Takes a screenshot where somebody wants to look. */
export async function look(page: Page, name: string): Promise<void> {
  if (!pictures) return;
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
