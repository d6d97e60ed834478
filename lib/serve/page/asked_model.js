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

/** Stops what runs and shows nothing more of it. */
function leave() {
  stop();
  running = new AbortController();
  part("stop").hidden = true;
  part("answer").setAttribute("aria-busy", "false");
  for (const id of ["answer", "took"]) part(id).replaceChildren();
}

/**
 * Shows the form of a model.
 *
 * @param model as `/v1/models` describes it
 * @param server its `paths`, whether it `hasKey`, and `onRefused`, which is told that the key does not fit
 */
export function showModel(model, server) {
  leave();
  part("ask").replaceChildren();
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
    part("answer").append(element("p", { class: "hint" }, "Nothing was asked yet."));
    return task.form
      ? fillForm(part("ask"), task.form(model), settings, send)
      : makeForm(part("ask"), settings, send);
  };
  part("again").hidden = settings.kind !== "chat";
  part("again").onclick = () => {
    leave();
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
    if (task.isStream) {
      const text = await written({ task, body, answer, signal });
      if (running.signal !== signal) return undefined;
      await answer.show(text);
      if (signal.aborted) part("took").textContent = "Stopped.";
      else tellTime(started);
      return text;
    }
    const found = await (await post(task.path, body, signal)).json();
    if (signal.aborted) return undefined;
    if (task.shown) place.replaceChildren(...[task.shown(found)].flat());
    else await answer.show(await task.found(found, input, model));
    tellTime(started);
    return found;
  } catch (error) {
    // A model that was chosen meanwhile has the place.
    if (running.signal === signal) tellError(error, signal, server);
  } finally {
    if (running.signal === signal) {
      part("stop").hidden = true;
      place.setAttribute("aria-busy", "false");
    }
  }
}

/** Shows a text as it is written, and gives it; one that is stopped as far as it came. */
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
  }
  return text;
}

function tellError(error, signal, { onRefused }) {
  if (signal.aborted) {
    part("answer").replaceChildren(element("p", { class: "hint" }, "Stopped."));
    return;
  }
  const id = error.requestId ? ` · request ${error.requestId}` : "";
  part("answer").replaceChildren(errorLine(`${error.message}${id}`));
  if (error.status === 401) onRefused(error);
}

function tellTime(started) {
  const seconds = (performance.now() - started) / 1000;
  part("took").textContent = `Took ${seconds.toFixed(seconds < 1 ? 2 : 1)} s.`;
}
