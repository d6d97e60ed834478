/**
 * What a person has chosen and written of an item and not sent yet, kept in the browser: a page that is loaded anew,
 * also at the new address of a server that was started again, goes on with it.
 *
 * @module
 */

const nameOf = (rater, id) => `tunebook feedback draft ${JSON.stringify([rater, id])}`;

/** The storage, where the browser allows it; frames of other sites may be allowed none. */
function inStorage(act) {
  try {
    return act(localStorage);
  } catch {
    return undefined; // What is on the screen stays there all the same.
  }
}

/** Forgets what was not sent of an item. */
export function dropDraft(rater, { id }) {
  inStorage((storage) => storage.removeItem(nameOf(rater, id)));
}

/** What a person has not sent of an item; undefined where there is nothing, or where its answers stood in another order. */
function draftOf(rater, { id, answers }) {
  const kept = inStorage((storage) => JSON.parse(storage.getItem(nameOf(rater, id))));
  return kept && kept.answers === JSON.stringify(answers) ? kept : undefined;
}

/**
 * Opens the form of an item with what was not sent of it, or else with what was said of it. `keep()` keeps what has
 * changed since.
 */
export function draftedForm({ rater, item, comment, makeForm }) {
  const draft = draftOf(rater, item);
  const said = item.own?.comment ?? "";
  comment.value = draft?.comment ?? said;
  const form = makeForm(draft ? { ...item, own: { value: draft.value } } : item);
  const now = () =>
    JSON.stringify({
      // Undefined is left out: nothing is chosen.
      value: (form.draft ?? form.value)(),
      comment: comment.value,
      answers: JSON.stringify(item.answers),
    });
  let last = now();
  const keep = () => {
    const present = now();
    if (present === last) return;
    last = present;
    inStorage((storage) => storage.setItem(nameOf(rater, item.id), present));
  };
  return { form, keep };
}
