import { gguf, lora, model, tableFromColumns, textGeneration } from "tunebook";
const texts = ["The capital of France is Paris, a city of two million people on the river Seine.", "Water boils at 100 degrees Celsius at sea level, and less on mountains.", "In 1969 two people walked on the moon for the first time.", "def add(a, b):\n    return a + b\n", "The mitochondrion is the powerhouse of the cell.", "She opened the door slowly and looked into the dark room."];
const table = tableFromColumns({ text: [...texts, ...texts] });
const t0 = Date.now();
const result = await model("file:/work/smol/gguf/smol.gguf")
  .data(table, textGeneration({ text: "text" }), { test: 0.5 })
  .adapt(lora())
  .train({ epochs: 1, batchSize: 6, learningRate: 1e-4 })
  .deploy(gguf("/tmp/ggout/smol.F16.gguf"), gguf("/tmp/ggout/smol.Q8_0.gguf", { format: "Q8_0" }), gguf("/tmp/ggout/smol.Q4_0.gguf", { format: "Q4_0" }))
  .run({quiet: true});
console.log(String(result), JSON.stringify(result.receipts), (Date.now() - t0) / 1000, Deno.memoryUsage().rss / 1e6);
await result.dispose();
