/**
 * The page: finds the models of its server, asks for a key where one is needed, and shows the model that is chosen.
 *
 * @module
 */
import { errorLine } from "../../deploy/browser/page/answer.js";
import { element } from "../../deploy/browser/page/element.js";
import { showModel } from "./asked_model.js";
import { showCard } from "./card.js";
import { getJson, key } from "./server.js";
import { showWatch } from "./watch.js";

const part = (id) => document.getElementById(id);
const server = { paths: {}, hasKey: false, onRefused: askForKey };
let models = [];

part("key").addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(part("secret").value.trim());
  part("secret").value = "";
  start();
});
part("model").addEventListener("change", choose);
await start();

/** Shows the models, or what keeps them away. */
async function start() {
  part("problem").replaceChildren();
  part("state").textContent = "The models are looked up …";
  try {
    const { paths, security } = await getJson("openapi.json");
    Object.assign(server, { paths, hasKey: security !== undefined });
    models = (await getJson("v1/models")).data;
  } catch (error) {
    part("state").textContent = "";
    if (error.status === 401) askForKey(error);
    else part("problem").append(errorLine(error.message));
    return;
  }
  part("key").hidden = true;
  part("served").hidden = false;
  part("choice").hidden = models.length === 1;
  part("model").replaceChildren(
    ...models.map(({ id, task }) => element("option", { value: id }, `${id} (${task})`)),
  );
  part("state").textContent = models.length === 1
    ? `${models[0].id}, trained for ${models[0].task}.`
    : `${models.length} models.`;
  await choose();
}

/** Shows the chosen model. */
async function choose() {
  const model = models.find(({ id }) => id === part("model").value);
  showModel(model, server);
  await Promise.all([showCard(model, server), showWatch(model, server)]);
}

/** Shows the field of the key; a key that was given and does not fit is told. */
function askForKey(error) {
  const isWrong = key.get() !== undefined;
  key.forget();
  part("served").hidden = true;
  part("key").hidden = false;
  part("problem").replaceChildren(...(isWrong ? [errorLine(error.message)] : []));
  part("secret").focus();
}
