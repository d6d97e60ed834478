import { openDevice } from "./lib/engine/mod.ts";
for (const n of Deno.args) { const t=performance.now(); try { const d = await openDevice(n); console.log(n, d.description, Math.round(performance.now()-t)); } catch (e) { console.log(n, "ERR", (e as Error).message, Math.round(performance.now()-t)); } }
