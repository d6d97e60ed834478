/**
 * The form of a model, its answers, and the same request as a program.
 *
 * @module
 */
import { Answer, errorLine } from "../../deploy/browser/page/answer.js";
import { element } from "../../deploy/browser/page/element.js";
import { fillForm, makeForm } from "../../deploy/browser/page/form.js";
import { showPrograms } from "./program_view.js";
import { eventsOf, post } from "./server.js";
import { tasks } from "./tasks/mod.js";

const part = (id) => document.getElementById(id);
/** What runs. */
let running = new AbortController();

part("stop").addEventListener("click", stop);
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") stop();
});

function stop() {
  running.abort();
}

/**
 * Shows the form of a model.
 *
 * @param model as `/v1/models` describes it
 * @param server its `paths`, whether it `hasKey`, and `onRefused`, which is told that the key does not fit
 */
export function showModel(model, server) {
  stop();
  for (const id of ["ask", "answer", "took"]) part(id).replaceChildren();
  for (const id of ["program", "again"]) part(id).hidden = true;
  const task = tasks.get(model.task);
  if (!task || !(task.path in server.paths)) {
    const why = `This page cannot ask ${model.id}, which was trained for ${model.task}.`;
    part("answer").append(errorLine(why));
    return;
  }
  const settings = { labels: model.labels, examples: [], ...task.settings?.(model) };
  const send = (input) => ask({ task, settings, model, server }, input);
  const start = () => {
    part("answer").replaceChildren(element("p", { class: "hint" }, "Nothing was asked yet."));
    part("took").textContent = "";
    return task.form
      ? fillForm(part("ask"), task.form(model), settings, send)
      : makeForm(part("ask"), settings, send);
  };
  part("again").hidden = settings.kind !== "chat";
  part("again").onclick = () => {
    stop();
    start().focus();
  };
  start();
}

/** Asks the server and shows the answer as it comes; undefined where it failed. */
async function ask({ task, settings, model, server }, input) {
  const place = part("answer");
  const body = { model: model.id, ...task.body(input, model) };
  showPrograms(task.path, body, server.hasKey);
  running = new AbortController();
  const { signal } = running;
  part("took").textContent = "";
  part("stop").hidden = false;
  place.setAttribute("aria-busy", "true");
  const started = performance.now();
  try {
    const answer = new Answer(place, settings, input);
    if (task.isStream) return await written({ task, body, answer, signal });
    const found = await (await post(task.path, body, signal)).json();
    if (signal.aborted) return undefined;
    if (task.shown) place.replaceChildren(...[task.shown(found)].flat());
    else await answer.show(await task.found(found, input, model));
    return found;
  } catch (error) {
    // A form that was shown meanwhile has the place.
    if (running.signal === signal) tellError(error, signal, server);
  } finally {
    if (running.signal === signal) {
      part("stop").hidden = true;
      place.setAttribute("aria-busy", "false");
      if (!signal.aborted) part("took").textContent = `Took ${secondsSince(started)}.`;
    }
  }
}

/** Shows a text as it is written. One that is stopped stays as far as it came. */
async function written({ task, body, answer, signal }) {
  let text = "";
  try {
    const events = eventsOf(await post(task.path, { ...body, stream: true }, signal));
    for await (const event of events) {
      const piece = task.pieceOf(event);
      text += piece;
      if (piece !== "") answer.add(piece);
    }
  } catch (error) {
    if (!signal.aborted || text === "") throw error;
    part("took").textContent = "Stopped.";
  }
  await answer.show(text);
  return text;
}

function tellError(error, signal, { onRefused }) {
  if (signal.aborted) {
    part("answer").replaceChildren(element("p", { class: "hint" }, "Stopped."));
    return;
  }
  const id = error.requestId ? ` Request ${error.requestId}.` : "";
  part("answer").replaceChildren(errorLine(`${error.message}${id}`));
  if (error.status === 401) onRefused(error);
}

function secondsSince(started) {
  const seconds = (performance.now() - started) / 1000;
  return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
}
