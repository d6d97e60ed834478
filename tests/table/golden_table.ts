/**
 * The rows of golden/make_tables.py as they should be read.
 *
 * @module
 */
const january = (day: number) => new Date(Date.UTC(2024, 0, day));

/** The identifiers are texts, because the second one is not exact as a number. */
export const expectedRows = [
  {
    text: "fine",
    stars: 5,
    score: 0.5,
    good: true,
    id: "1",
    tags: ["a", "b"],
    when: january(1),
    kind: "x",
  },
  {
    text: "sehr schön 🎉",
    stars: 4,
    score: -1.25,
    good: true,
    id: "1152921504606846976",
    tags: [],
    when: january(2),
    kind: "y",
  },
  {
    text: null,
    stars: null,
    score: 3,
    good: false,
    id: "3",
    tags: ["c"],
    when: january(3),
    kind: "x",
  },
  {
    text: "",
    stars: 1,
    score: null,
    good: false,
    id: "4",
    tags: ["a"],
    when: january(4),
    kind: "x",
  },
  {
    text: "很好",
    stars: 3,
    score: 0.001,
    good: null,
    id: "5",
    tags: ["b", "c"],
    when: january(5),
    kind: "y",
  },
];
