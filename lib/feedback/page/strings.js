/**
 * The page's own words in the language of the browser.
 *
 * @module
 */
import { english } from "./strings_en.js";
import { chinese } from "./strings_zh.js";

const isChinese = /^zh\b/i.test(navigator.language);

/** All words of the page. */
export const words = isChinese ? chinese : english;

/** Writes them into the page, which is English as it is served. */
export function writeWords() {
  document.documentElement.lang = isChinese ? "zh" : "en";
  document.title = words.title;
  for (const each of document.querySelectorAll("[data-text]")) {
    each.textContent = words[each.dataset.text];
  }
}
