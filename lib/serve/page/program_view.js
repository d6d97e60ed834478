/**
 * The last request as a program to copy.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { programsOf } from "./programs.js";
import { addressOf } from "./server.js";

const part = (id) => document.getElementById(id);
const languages = ["curl", "JavaScript", "Python"];
let language = languages[0];
let programs = {};

part("languages").append(...languages.map((name) => {
  const choice = element("input", { type: "radio", name: "language", value: name });
  choice.checked = name === language;
  choice.addEventListener("change", () => {
    language = name;
    show();
  });
  return element("label", {}, choice, ` ${name}`);
}));

part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(programs[language]);
    part("copied").textContent = "Copied.";
  } catch {
    // Browsers let pages copy on https and on the machine itself alone.
    getSelection().selectAllChildren(part("code"));
    part("copied").textContent = "The program is selected; copy it with your keyboard.";
  }
});

/** Shows a request in the language that is chosen. */
export function showPrograms(path, body, hasKey) {
  programs = programsOf(addressOf(path), body, hasKey);
  part("program").hidden = false;
  show();
}

function show() {
  part("code").textContent = programs[language];
  part("copied").textContent = "";
}
