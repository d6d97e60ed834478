/**
 * Images that are dropped on the page.
 *
 * @module
 */

/**
 * Takes an image that is dropped anywhere on the page into a field of files. Without this a browser opens what is
 * dropped beside the field in the place of the page. Listeners are set, not added: a form that is filled again has
 * another field, or none.
 */
export function takeDrops(page, field) {
  page.ondragover = field && ((event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  page.ondrop = field && ((event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files], field);
  });
}

/** Whether files are dragged: texts go into fields as ever. */
const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") ?? false;

/** The first image goes into the field; where there is none, the field says so. */
function take(dropped, field) {
  const image = dropped.find(({ type }) => type.startsWith("image/"));
  field.onchange = () => field.setCustomValidity("");
  if (!image) {
    const names = dropped.map(({ name }) => name).join(", ");
    field.setCustomValidity(`Drop an image; ${names || "what was dropped"} is none.`);
    field.reportValidity();
    return;
  }
  const files = new DataTransfer();
  files.items.add(image);
  field.files = files.files;
  field.dispatchEvent(new Event("change"));
  field.focus();
}
