/**
 * The page: opens the model in a worker, shows the form of its task and what the model answers.
 *
 * @module
 */
import { Answer, errorLine } from "./answer.js";
import { makeForm } from "./form.js";
import { keepForOffline, whatIsKept } from "./offline.js";

const part = (id) => document.getElementById(id);
const settings = await (await fetch("settings.json")).json();
const isControlled = await keepForOffline();
const worker = new Worker("worker.js", { type: "module" });
const waiting = new Map();
let asked = 0;

worker.addEventListener("error", ({ message }) => failed(message || "the worker did not start"));
worker.addEventListener("message", ({ data }) => {
  if ("loaded" in data) return loading(data.loaded);
  if ("ready" in data) return ready(data.ready);
  if (data.id === undefined) return failed(data.error);
  waiting.get(data.id)?.(data);
});
worker.postMessage({ settings });

/** Shows how much of the model has come. */
function loading(bytes) {
  const all = settings.files.filter(({ path }) => path.startsWith("model/"))
    .reduce((sum, file) => sum + file.bytes, 0);
  const share = Math.min(1, bytes / all);
  part("progress").value = share;
  part("loaded").textContent = share < 1
    ? `${megabytes(bytes)} of ${megabytes(all)}`
    : "The model starts …";
}

/** Shows the form once the model is open. */
async function ready({ device, build, note }) {
  part("loading").hidden = true;
  part("state").textContent = `The model runs on this machine, by ${device}.${
    note ? ` ${note}` : ""
  }`;
  part("ask").hidden = false;
  makeForm(part("ask"), settings, send).focus();
  const needed = settings.files.map(({ path }) => path)
    .filter((path) => !path.includes("/ort-") || /threaded(.*)\.\w+$/.exec(path)[1] === build);
  part("kept").textContent = await whatIsKept(isControlled, settings.version, needed);
  document.documentElement.dataset.ready = "true";
}

function failed(message) {
  part("loading").hidden = true;
  part("state").textContent = "";
  part("answer").replaceChildren(errorLine(`The model cannot be opened: ${message}`));
  document.documentElement.dataset.ready = "false";
}

/** Asks the model and shows the answer as it comes; undefined where it failed. */
async function send(input) {
  const place = part("answer");
  place.setAttribute("aria-busy", "true");
  part("took").textContent = "";
  const started = performance.now();
  try {
    const answer = new Answer(place, settings, input);
    const found = await askWorker(input, (text) => answer.add(text));
    await answer.show(found);
    const seconds = (performance.now() - started) / 1000;
    part("took").textContent = `Answered in ${seconds.toFixed(seconds < 1 ? 2 : 1)} s.`;
    return found;
  } catch (error) {
    place.replaceChildren(errorLine(error.message));
  } finally {
    place.setAttribute("aria-busy", "false");
  }
}

function askWorker(input, onText) {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ text, answer, error }) => {
      if (text !== undefined) return onText(text);
      waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
    worker.postMessage({ id, input });
  });
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
