/**
 * Asks llama.cpp, through node-llama-cpp, for the tokens of texts and for the most likely ones after them.
 * Arguments: the path of the package's dist/index.js, that of a GGUF file, the texts, how many tokens, and
 * that of an adapter, where there is one. It prints JSON, a list of { ids, next }.
 */
import { pathToFileURL } from "node:url";
import process from "node:process";

const [library, modelPath, texts, most, lora] = process.argv.slice(2);
const { getLlama } = await import(pathToFileURL(library).href);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const context = await model.createContext({
  contextSize: 256,
  threads: 1,
  ...(lora ? { lora } : {}),
});
const sequence = context.getSequence();
const answers = [];
for (const text of JSON.parse(texts)) {
  const ids = model.tokenize(text, true);
  if (model.tokens.shouldPrependBosToken) ids.unshift(model.tokens.bos);
  const next = [];
  await sequence.clearHistory();
  for await (const id of sequence.evaluate(ids, { temperature: 0, yieldEogToken: true })) {
    next.push(id);
    if (next.length === Number(most)) break;
  }
  answers.push({ ids, next });
}
console.log(JSON.stringify(answers));
process.exit(0);
