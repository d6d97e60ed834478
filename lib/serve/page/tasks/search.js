/**
 * Texts by how near their meaning is to that of a query, by the vectors of both.
 *
 * @module
 */
export const search = {
  path: "/v1/embeddings",
  settings: () => ({ kind: "vectors" }),
  body: ({ texts }) => ({ input: texts }),
  found: ({ data }) => data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding),
};
