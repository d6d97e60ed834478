/**
 * The card of a data set: what it is, where it comes from, and what may be done with it.
 *
 * @module
 */

/** The columns that each task reads, by the names of the task's settings. */
export interface TaskColumns {
  "text-classification": { text: string; label: string };
  "token-classification": { tokens: string; tags: string };
  "question-answering": { question: string; context: string; answers: string };
  "sentence-embeddings": { anchor: string; positive: string };
  "image-classification": { image: string; label: string };
  "image-segmentation": { image: string; mask: string };
  "object-detection": { image: string; objects: string };
  "text-generation": { text: string };
  chat: { messages: string };
  translation: { source: string; target: string };
  summarization: { text: string; summary: string };
}

/** What a data set is made for. */
export type DataTask = keyof TaskColumns;

/** What a card says of any data set. */
export interface CardFacts {
  title: string;
  /** What a row is. */
  description: string;
  /** The npm package that holds the rows, with its exact version; absent where they come with tunebook. */
  package?: { name: string; version: string };
  /** The original publication on the web. */
  source: string;
  licence: string;
  citation: string;
  /** How many rows there are without any options. */
  rows: number;
}

/** The settings of tasks: their columns, and what else the rows need, such as the names of ids. */
export type OtherTasks = {
  readonly [Name in DataTask]?: TaskColumns[Name] & Readonly<Record<string, unknown>>;
};

/** Where a data set comes from, what may be done with it, and how its task is set for it. */
export type DataCard<Task extends DataTask = DataTask> = {
  [Name in Task]: CardFacts & {
    /** The task that the rows are made for. */
    task: Name;
    /** The settings of the task: what it reads, and the column where that stands. */
    columns: TaskColumns[Name];
    /** Other tasks that can read the rows, with their settings. */
    alsoFor?: OtherTasks;
  };
}[Task];
