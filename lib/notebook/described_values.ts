/**
 * Methods, metrics, tasks, targets and unfinished plans as a notebook shows them where one is the
 * value of a cell: what it is, its settings with a line of explanation, and where it goes. Without
 * that the kernel shows the functions inside of it. Parts of one's own are known by their shape.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { methods } from "../adapters/mod.ts";
import { bundleOf, jupyterDisplay, type MimeBundle } from "../core/display.ts";
import { html, htmlFrame, htmlTable } from "../core/html.ts";
import type { DeployTarget } from "../deploy/target.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Method } from "../nn/method.ts";
import type { Task } from "../nn/task.ts";
import { methodWords, settingWords } from "./setting_words.ts";

/** A title, rows of name, value and meaning, and a line on what to do with it. */
interface Description {
  readonly title: string;
  readonly rows?: readonly (readonly [name: string, value: string, meaning: string])[];
  readonly use?: string;
}

/** A display for a value that has none of its own; `undefined` for one that the kernel shows well. */
export function describedValue(value: unknown): MimeBundle | undefined {
  if (!isRecord(value)) return undefined;
  if (jupyterDisplay in value) return undefined;
  const described = descriptionOf(value as Readonly<Record<string, unknown>>);
  if (described) return bundleFor(described);
  // A report, a model that is open: they say what they are in words.
  if (!Object.hasOwn(value, "toString")) return undefined;
  const text = String(value);
  return bundleOf(text, htmlFrame(html`<pre style="margin:0;white-space:pre-wrap">${text}</pre>`));
}

function descriptionOf(value: Readonly<Record<string, unknown>>): Description | undefined {
  if (value instanceof Promise) {
    return { title: "a promise, whose value comes later; write await before it to see that here" };
  }
  const has = (...names: readonly string[]) =>
    names.every((name) => typeof value[name] === "function");
  if (typeof value.method === "string" && has("attach")) {
    return describeMethod(value as unknown as Method);
  }
  if (Array.isArray(value.kinds) && has("compute")) {
    return describeMetric(value as unknown as Metric<unknown>);
  }
  if (Array.isArray(value.columns) && has("read", "preview")) {
    return describeTask(value as unknown as Task);
  }
  if (typeof value.folder === "string" && has("write", "reopen")) {
    return describeTarget(value as unknown as DeployTarget);
  }
  // A stage refuses the calls of others, which are none of its keys.
  const isStage = (...names: readonly string[]) =>
    has(...names) && names.every((name) => Object.keys(value).includes(name));
  if (isStage("open", "data")) {
    return { title: "a model; next .data(rows, …) to train it, or .open() to ask it" };
  }
  if (isStage("adapt", "compare")) {
    return {
      title: "a model with data; next .adapt(lora()), or .compare({ … }) of several methods",
    };
  }
  if (isStage("train") && Object.keys(value).length === 1) {
    return { title: "a model with data and a method; next .train()" };
  }
  return undefined;
}

function describeMethod({ method, settings, learningRate }: Method): Description {
  const words = Object.hasOwn(settingWords, method) ? settingWords[method] : {};
  const known = Object.hasOwn(methods, method) ? methods[method].settings : [];
  const names = [...new Set([...known, ...Object.keys(settings)])];
  const what = Object.hasOwn(methodWords, method) ? `: ${methodWords[method]}` : "";
  return {
    title: `${method}, a method${what}`,
    rows: [
      ...names.map((name) => [name, valueText(settings[name]), words[name] ?? ""] as const),
      ...(learningRate === undefined ? [] : [
        ["learning rate", String(learningRate), "where .train() names none"] as const,
      ]),
    ],
    use: "It goes into a plan: model(…).data(…).adapt(…)",
  };
}

function describeMetric({ name, title = name, kinds, better, range, isTable }: Metric<unknown>) {
  return {
    title: `${title}, a metric: ${isTable ? "a table" : `${better} is better`}` +
      (range && !isTable ? `, from ${range[0]} to ${range[1]}` : ""),
    rows: [["kinds", kinds.join(", "), "what it scores; a task says its kind"] as const],
    use: `It goes into a plan: .evaluate({ ${name.split(".")[0]} })`,
  };
}

function describeTask({ name, kind, settings }: Task): Description {
  return {
    title: `${name}, a task of kind "${kind}"`,
    rows: Object.entries(settings).map(([setting, value]) => [setting, valueText(value), ""]),
    use: "It goes into a plan: model(…).data(rows, …)",
  };
}

function describeTarget(
  { name, folder, isFile, options = {}, tolerance }: DeployTarget,
): Description {
  return {
    title: `${name}, a target: what is written at the end of a run`,
    rows: [
      [isFile ? "file" : "folder", folder, "where it is written"],
      ...Object.entries(options).map(([option, value]) => [option, valueText(value), ""] as const),
      ["tolerance", String(tolerance), "how far its answers may be from the trained model's"],
    ],
    use: "It goes into a plan: .deploy(…)",
  };
}

function valueText(value: unknown): string {
  if (value === undefined) return "not given";
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0
    ? "none"
    : entries.map(([name, each]) => `${name}: ${valueText(each)}`).join(", ");
}

function bundleFor({ title, rows = [], use }: Description): MimeBundle {
  const hasWords = rows.some(([, , meaning]) => meaning !== "");
  const head = ["setting", "value", ...(hasWords ? ["what it means"] : [])];
  const cells = rows.map((row) => row.slice(0, head.length));
  // Explanations are longer than a column of a text table, so that they stand below one another.
  const lines = rows.map(([name, value, meaning]) =>
    `  ${name}: ${value}${meaning === "" ? "" : `  (${meaning})`}`
  );
  return bundleOf(
    [title, ...lines, ...(use ? [use] : [])].join("\n"),
    htmlFrame(
      rows.length > 0
        ? htmlTable({ caption: title, columns: head.map((each) => ({ title: each })), rows: cells })
        : html`<p style="margin:.2em 0">${title}</p>`,
      use ? html`<p style="margin:.2em 0;opacity:.85">${use}</p>` : [],
    ),
  );
}
