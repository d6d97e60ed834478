/**
 * The request of the page as programs that make the same one.
 *
 * @module
 */

/** Where the programs find the key, which does not stand in them. */
const keyVariable = "TUNEBOOK_API_KEY";

/**
 * A request by curl, in JavaScript (Deno and Node) and in Python, without packages. Files in the body are read
 * from the working folder.
 *
 * @param address the whole address of the endpoint
 * @param body what is posted
 * @param hasKey whether the server asks for a key
 * @returns the languages with their programs
 */
export function programsOf(address, body, hasKey) {
  return {
    curl: curl(address, body, hasKey),
    JavaScript: javaScript(address, body, hasKey),
    Python: python(address, body, hasKey),
  };
}

function curl(address, body, hasKey) {
  // A mark that no text has by chance or by intent.
  const mark = crypto.randomUUID();
  const files = [];
  const json = JSON.stringify(
    body,
    (_, value) => value instanceof Blob ? `${mark} ${files.push(value.name) - 1} ` : value,
    2,
  );
  const lines = [
    `curl ${inShell(address)}`,
    "-H 'Content-Type: application/json'",
    ...(hasKey ? [`-H "Authorization: Bearer $${keyVariable}"`] : []),
  ];
  if (files.length === 0) return [...lines, `--data ${inShell(json)}`].join(" \\\n  ");
  // In a document with files the shell looks for $, ` and \.
  const filled = json.replaceAll(/[\\$`]/g, "\\$&").replaceAll(
    new RegExp(`${mark} (\\d+) `, "g"),
    (_, at) => `$(base64 < ${inShell(files[at])} | tr -d '\\n')`,
  );
  return `${[...lines, "--data @- <<JSON"].join(" \\\n  ")}\n${filled}\nJSON`;
}

function inShell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function javaScript(address, body, hasKey) {
  const key = hasKey ? `\n    authorization: \`Bearer \${process.env.${keyVariable}}\`,` : "";
  const written = literal(body, { file: (name) => `readFileSync(${name}, "base64")` });
  const imports = hasFiles(body) ? 'import { readFileSync } from "node:fs";\n\n' : "";
  return `${imports}const answer = await fetch(${JSON.stringify(address)}, {
  method: "POST",
  headers: {
    "content-type": "application/json",${key}
  },
  body: JSON.stringify(${written}),
});
console.log(await answer.json());`;
}

function python(address, body, hasKey) {
  const key = hasKey ? `\n    "Authorization": "Bearer " + os.environ["${keyVariable}"],` : "";
  const written = literal(body, {
    file: (name) => `base64.b64encode(open(${name}, "rb").read()).decode()`,
    words: { true: "True", false: "False", null: "None" },
  });
  const modules = [
    ...(hasFiles(body) ? ["base64"] : []),
    ...["json", ...(hasKey ? ["os"] : []), "urllib.request"],
  ];
  return `import ${modules.join(", ")}

body = ${written}
headers = {
    "Content-Type": "application/json",${key}
}
request = urllib.request.Request(${JSON.stringify(address)}, json.dumps(body).encode(), headers)
print(json.load(urllib.request.urlopen(request)))`;
}

function hasFiles(value) {
  if (value instanceof Blob) return true;
  return value !== null && typeof value === "object" && Object.values(value).some(hasFiles);
}

/** A value as both languages write it; files and the three words of JSON as they are told. */
function literal(value, { file, words = {} }) {
  if (value instanceof Blob) return file(JSON.stringify(value.name));
  if (Array.isArray(value)) {
    return `[${value.map((each) => literal(each, { file, words })).join(", ")}]`;
  }
  if (value === null || typeof value !== "object") {
    const json = JSON.stringify(value);
    return words[json] ?? json;
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    .map(([name, each]) => `${JSON.stringify(name)}: ${literal(each, { file, words })}`);
  return `{ ${entries.join(", ")} }`;
}
