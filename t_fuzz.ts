import { imageReaders } from "./tests/fuzz/image_readers.ts";
import { faultOf } from "./tests/fuzz/verdict.ts";
import { Random } from "./lib/core/random.ts";
import { join, dirname } from "node:path";
const n = Number(Deno.args[0]), seed = Number(Deno.args[1] ?? 1);
const scratch = await Deno.makeTempDir();
globalThis.addEventListener("unhandledrejection", (e) => { e.preventDefault(); console.log("UNHEARD", e.reason); });
for (const reader of await imageReaders()) {
  const folder = join(scratch, reader.name); let read=0, refused=0; let slow=0; const seen=new Set();
  for (const [f,b] of Object.entries(reader.files)) { await Deno.mkdir(dirname(join(folder,f)),{recursive:true}); await Deno.writeFile(join(folder,f),b); }
  for (let i=0;i<n;i++) {
    const random = Random.fromSeed(seed,"f",reader.name,i); const names=Object.keys(reader.damages); const file=names[random.integer(names.length)];
    const {bytes,how}=reader.damages[file](reader.files[file],random);
    await Deno.writeFile(join(folder,file),bytes); const t=performance.now();
    try { await reader.read(folder); read++; } catch (e) { const f=faultOf(e); refused++; const m=String((e as Error).message).slice(0,150).replace(/\d+/g,"N"); if (f) console.log("FAULT",reader.name,file,how,f.slice(0,700)); else if(seen.size<4 && !seen.has(m)) {seen.add(m); console.log("   ",m.replaceAll("\n"," | "));} }
    slow=Math.max(slow,performance.now()-t);
    await Deno.writeFile(join(folder,file),reader.files[file]);
  }
  console.log(reader.name,read,"read",refused,"refused",slow.toFixed(0),"ms");
}
await Deno.remove(scratch,{recursive:true});
