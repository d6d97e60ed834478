/**
 * The names of the outputs in `config.json`.
 *
 * @module
 */
import { asJson, type FolderCheck } from "./folder_facts.ts";

/**
 * `id2label` names each output as the training did, `label2id` says the same the other way round, and
 * `num_labels` their number, of which Python makes the head.
 */
export const checkLabelNames: FolderCheck = ({ config }, { trained: { task } }) => {
  const { id2label, label2id, num_labels: count } = config;
  if (!("id2label" in task.signature.config)) {
    const names = id2label === undefined ? undefined : Object.keys(id2label as object).length;
    return task.head.outputs > 0 && names !== undefined && names !== task.head.outputs
      ? [`config.json: id2label has ${names} names, but the model has ${task.head.outputs} outputs`]
      : [];
  }
  const { labels } = task;
  const wrong: string[] = [];
  const byId = (id2label ?? {}) as Readonly<Record<string, unknown>>;
  const byName = (label2id ?? {}) as Readonly<Record<string, unknown>>;
  labels.forEach((label, id) => {
    if (byId[id] !== label) {
      wrong.push(
        `config.json: id2label calls output ${id} ${
          asJson(byId[id])
        }, but the training called it ` +
          asJson(label),
      );
    }
    if (label2id !== undefined && (!Object.hasOwn(byName, label) || byName[label] !== id)) {
      const found = Object.hasOwn(byName, label) ? byName[label] : undefined;
      wrong.push(
        `config.json: label2id gives ${asJson(label)} the number ${asJson(found)}, not ${id}`,
      );
    }
  });
  for (const [field, names] of Object.entries({ id2label: byId, label2id: byName })) {
    if (config[field] === undefined && field === "label2id") continue;
    const found = Object.keys(names).length;
    if (found !== labels.length) {
      wrong.push(`config.json: ${field} has ${found} names, but the model has ${labels.length}`);
    }
  }
  if (count !== undefined && count !== labels.length) {
    wrong.push(`config.json: num_labels is ${asJson(count)}, but the model has ${labels.length}`);
  }
  return wrong;
};
