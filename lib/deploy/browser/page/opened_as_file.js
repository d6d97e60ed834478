// Browsers give a page that was opened as a file neither modules nor workers.
if (location.protocol === "file:") {
  document.getElementById("loading").hidden = true;
  const answer = document.getElementById("answer");
  answer.textContent = "A browser does not run this page as a file. Serve its folder, such as by " +
    "“deno run -NR jsr:@std/http/file-server” or “python3 -m http.server”, and open the address that it names.";
  answer.className = "error";
}
