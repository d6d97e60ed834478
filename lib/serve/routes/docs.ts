/**
 * `/docs`: the page of the OpenAPI description, on which endpoints can be tried. It asks no other server.
 *
 * @module
 */
import { join } from "node:path";
import { fetchPackage } from "../../core/fetch_package.ts";
import type { Route } from "./route.ts";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>tunebook: endpoints</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start =
  `SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", validatorUrl: null, deepLinking: true });
`;

const script = "text/javascript; charset=utf-8";

/** The files of the page by name, with their types. */
const files: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": script,
};

/** Everything from this server, styles of elements included. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "base-uri 'none'; frame-ancestors 'none'";

/** Seconds for which a browser keeps the files of the page. */
const maxAge = 86_400;

/** Shows the endpoints with Swagger UI. */
export const docs: Route = (app) => {
  app.get("/docs", (c) => c.html(page, 200, { "content-security-policy": policy }));
  app.get("/docs/start.js", (c) => c.body(start, 200, { "content-type": script }));
  for (const [name, type] of Object.entries(files)) {
    app.get(`/docs/${name}`, async (c) => {
      const bytes = await Deno.readFile(join(await fetchPackage("swagger-ui-dist"), name));
      return c.body(bytes, 200, { "content-type": type, "cache-control": `max-age=${maxAge}` });
    });
  }
};
