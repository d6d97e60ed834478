/**
 * The page: asks for a name, shows one item after the other, and sends what is said of them.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { draftedForm, dropDraft } from "./drafts.js";
import { formOf, promptOf } from "./item_view.js";
import { resultTables } from "./results.js";
import { freshId, getJson, keeper, post, token } from "./server.js";
import { words, writeWords } from "./strings.js";
import { activeTimer } from "./timer.js";

const part = (id) => document.getElementById(id);
const rater = keeper(() => localStorage, "tunebook feedback name");
const single = keeper(() => localStorage, "tunebook feedback keys");
const resultMilliseconds = 3000;
/** Why nothing can be said of an item any more. */
const goneCodes = ["unknown_item", "not_asked"];

let about;
let timer;
/** What is on the screen, the form for it, and whether all that it says is stored. */
let current;
/** What was sent last and not confirmed; the same again has the same id, so that it counts once. */
let unconfirmed;
let isBusy = false;

writeWords();
writeButtons();
part("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.set(part("token").value.trim().replace(/^.*token=/, ""));
  part("token").value = "";
  start();
});
part("name-form").addEventListener("submit", (event) => {
  event.preventDefault();
  rater.set(part("name").value);
  next();
});
part("rename").addEventListener("click", askName);
part("item").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
part("skip").addEventListener("click", () => act("skip"));
part("undo").addEventListener("click", () => act("undo"));
for (const id of ["back", "last"]) part(id).addEventListener("click", back);
part("more").addEventListener("click", () => next());
part("single").addEventListener("change", () => {
  single.set(part("single").checked ? "on" : "off");
  showKeys();
});
part("results").addEventListener("toggle", showResults);
document.addEventListener("keydown", onKey);
for (const sign of ["keyup", "input", "change", "click"]) {
  document.addEventListener(sign, () => current?.keep());
}
await start();

/** Shows what stands between the visitor and the items, or the first item. */
async function start() {
  clearProblem();
  try {
    about = await getJson("api/about");
  } catch (error) {
    if (error.status === 401) askToken(error);
    else tell(error);
    return;
  }
  timer ??= activeTimer(about.idleSeconds);
  part("single").checked = single.get() !== "off";
  showKeys();
  if (rater.get() === undefined) askName();
  else if (current && !current.isStored) goOn();
  else await next();
}

/** Shows again what was on the screen when a token was asked for. */
function goOn() {
  only("work");
  part("told").textContent = words.goesOn;
  part("send").focus();
}

function askToken(error) {
  const isWrong = token.get() !== undefined;
  only("token-form");
  if (isWrong) tell(error);
  part("token").focus();
}

function askName() {
  only("name-form");
  part("name").value = rater.get() ?? "";
  part("name").focus();
}

/** Shows one part of the page, and what stands around items where it is about them. */
function only(shown) {
  clearProblem();
  part("told").textContent = "";
  for (const id of ["token-form", "name-form", "work", "finished"]) part(id).hidden = id !== shown;
  const isAboutItems = shown === "work" || shown === "finished";
  for (const id of ["who", "around"]) part(id).hidden = !isAboutItems;
}

/** Asks the server for something to show; where nothing can be had it says why. */
async function show(path, body, told = "") {
  if (isBusy) return;
  busy(true);
  try {
    const found = await post(path, { rater: rater.get(), ...body });
    // As the server writes it; a name that another tab keeps meanwhile stays.
    if (found.rater && found.rater !== rater.get()) rater.set(found.rater);
    if (found.item) showItem(found);
    else showFinished();
    part("told").textContent = told;
  } catch (error) {
    if (error.code === "no_previous") part("told").textContent = words.noPrevious;
    else if (error.status === 401) askToken(error);
    else if (error.status === 400 && !current) {
      askName();
      tell(error);
    } else tell(error);
  } finally {
    busy(false);
  }
}

function next(told) {
  return show("api/next", {}, told);
}

function back() {
  return show("api/previous", current ? { item: current.item.id } : {});
}

function showItem({ item, done, left }) {
  only("work");
  part("rater").textContent = words.judgingAs(rater.get());
  const all = done + left;
  part("progress").max = Math.max(1, all);
  part("progress").value = done;
  part("counted").textContent = words.counted(done, all);
  part("question").textContent = about.question || words.questions[item.kind];
  part("again").hidden = !item.own;
  part("undo").hidden = !item.own;
  const { form, keep } = draftedForm({
    rater: rater.get(),
    item,
    comment: part("comment"),
    makeForm: (drafted) => formOf(drafted, about),
  });
  current = { item, form, keep, isStored: false };
  unconfirmed = undefined;
  part("shown").replaceChildren(...promptOf(item));
  part("choice").replaceChildren(...form.elements);
  writeButtons();
  timer.start();
  scrollTo(0, 0);
  part("question").focus({ preventScroll: true });
}

function showFinished() {
  only("finished");
  current = undefined;
  part("rater").textContent = words.judgingAs(rater.get());
  part("finished-title").focus();
}

/** Sends what was said, where all of it was. */
function send() {
  if (!current) return;
  const value = current.form.value();
  if (value === undefined) tell(new Error(words.incomplete[current.item.kind]));
  else act("answer", value);
}

/** Sends what is done with the item; it stays on the screen until the server has stored it. */
async function act(action, value) {
  if (!current || isBusy) return;
  clearProblem();
  const said = { rater: rater.get(), item: current.item.id, action, value };
  const comment = part("comment").value;
  const content = JSON.stringify([said, comment]);
  if (unconfirmed?.content !== content) unconfirmed = { content, id: freshId() };
  busy(true);
  let stored;
  let gone;
  try {
    stored = await post("api/answer", {
      ...said,
      id: unconfirmed.id,
      comment,
      seconds: timer.seconds(),
    });
  } catch (error) {
    if (!goneCodes.includes(error.code)) {
      tellNotSent(error);
      return;
    }
    gone = error.code;
  } finally {
    busy(false);
  }
  dropDraft(said.rater, current.item);
  current.isStored = true;
  const told = { answer: words.stored(stored?.left), skip: words.skipped, undo: words.undone };
  await next(words.refusals[gone] ?? told[action]);
}

/** Says why what was judged was not stored; it stays on the screen. */
function tellNotSent(error) {
  if (error.status >= 500) tell(new Error(words.notStored(error.message)));
  else if (error.status === 401) askToken(error);
  else tell(error);
  part("send").replaceChildren(words.sendAgain);
}

function busy(value) {
  isBusy = value;
  part("item").ariaBusy = String(value);
}

function tell(error) {
  const message = inWords(error);
  part("problem").replaceChildren(element("p", { class: "error", role: "alert" }, message));
}

/** What the server refused, in the page's words where it has some for it. */
function inWords({ status, code, message }) {
  if (status === 0) return current ? words.unreachable : words.noServer;
  return words.refusals[code]?.replace("{reason}", message) ?? message;
}

function clearProblem() {
  part("problem").replaceChildren();
}

/** Keys of one letter or digit act outside of fields alone, and not at all where somebody has switched them off. */
function onKey(event) {
  if (!current || part("work").hidden) return;
  const { key, target } = event;
  const isField = target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (key === "Escape" && isField) part("question").focus();
  if (isField) return;
  if (key === "Enter" && !target.closest("button, a, summary")) {
    event.preventDefault();
    send();
    return;
  }
  if (!part("single").checked) return;
  const acts = { s: () => act("skip"), b: back, c: () => part("comment").focus() };
  const own = acts[key.toLowerCase()];
  if (own) own();
  else if (!/^\d$/.test(key) || !current.form.key(key)) return;
  clearProblem();
  event.preventDefault();
}

function writeButtons() {
  const names = { send: "Enter", skip: "S", back: "B" };
  for (const [id, key] of Object.entries(names)) {
    part(id).replaceChildren(words[id], " ", element("kbd", { "aria-hidden": "true" }, key));
  }
}

function showKeys() {
  document.body.classList.toggle("no-keys", !part("single").checked);
  part("key-list").replaceChildren(
    ...words.keyList.flatMap(([key, does]) => [
      element("dt", {}, element("span", {}, key)),
      element("dd", {}, does),
    ]),
  );
}

/** The results as they are, again and again while they are looked at. */
async function showResults() {
  if (!part("results").open || part("around").hidden) return;
  try {
    const tables = resultTables(await getJson("api/results"));
    // Where the focus is in a table it stays there.
    if (!part("result-tables").contains(document.activeElement)) {
      part("result-tables").replaceChildren(...tables);
    }
  } catch (error) {
    part("result-tables").replaceChildren(element("p", { class: "error" }, inWords(error)));
  }
  setTimeout(showResults, resultMilliseconds);
}
