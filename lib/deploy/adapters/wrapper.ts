/**
 * The file that switches adapters in browsers and in Node: plain JavaScript without imports, for
 * transformers.js.
 *
 * @module
 */

/** Its name in the folder. */
export const wrapperFile = "adapters.js";
/** The list of adapters that it reads. */
export const listFile = "adapters.json";

/** Its text. */
export const wrapper = `// Switches the adapters of a model that transformers.js has opened:
//
//   import { pipeline, Tensor } from "@huggingface/transformers";
//   import { openAdapters } from "./model/adapters.js";
//   const classify = await pipeline("text-classification", "model");
//   const adapters = await openAdapters(classify, Tensor, "model");
//   await adapters.use("reviews");
//   await classify("A lovely film.");

/**
 * Reads the list of adapters in \`folder\`, an address, and takes the first one. \`use(name)\` switches, and
 * downloads the adapter when it is first used; \`load(name)\` only downloads it. \`read\` gives the bytes of an
 * address as an ArrayBuffer.
 */
export async function openAdapters({ model }, Tensor, folder, read = download) {
  const forward = model.forward.bind(model);
  const text = new TextDecoder().decode(await read(\`\${folder}/${listFile}\`));
  const { adapters } = JSON.parse(text);
  const names = Object.keys(adapters);
  const loaded = new Map();
  let current;
  model.forward = (inputs) => forward({ ...inputs, ...current });
  const load = async (name) => {
    if (!names.includes(name)) throw new Error(\`no adapter "\${name}"; there are \${names.join(", ")}\`);
    if (!loaded.has(name)) {
      loaded.set(name, tensorsOf(await read(\`\${folder}/\${adapters[name].file}\`), Tensor));
    }
    return loaded.get(name);
  };
  const use = async (name) => {
    current = await load(name);
    Object.assign(model.config, adapters[name].config);
  };
  await use(names[0]);
  return { names, load, use };
}

/** The tensors of a safetensors file of float32. */
function tensorsOf(bytes, Tensor) {
  const start = 8 + Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, start - 8)));
  return Object.fromEntries(
    Object.entries(header).filter(([name]) => name !== "__metadata__").map(
      ([name, { shape, data_offsets: [from, to] }]) => [
        name,
        new Tensor("float32", new Float32Array(bytes.slice(start + from, start + to)), shape),
      ],
    ),
  );
}

async function download(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(\`\${address}: \${response.status}\`);
  return await response.arrayBuffer();
}
`;
