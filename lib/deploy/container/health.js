// Whether the server runs: `deno run --allow-net=127.0.0.1:PORT health.js PORT` ends with 0, or with 1.
const response = await fetch(`http://127.0.0.1:${Deno.args[0]}/health`).catch(() => undefined);
await response?.body?.cancel();
Deno.exit(response?.ok ? 0 : 1);
