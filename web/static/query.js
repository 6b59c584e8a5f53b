// Runs a query without leaving the page: the answer is the one the server would write into a new page.

import { copyButtons } from "./copy.js";
import { sortable } from "./sort.js";

const form = document.querySelector("[data-query-form]");
const status = document.querySelector("[data-status]");
const stop = form.querySelector("[data-stop]");
const answer = () => document.querySelector("[data-answer]");
let running = null;

/** What an answer gains with JavaScript; the editor hears where the mistake is. */
function dress() {
  for (const table of answer().querySelectorAll("table[data-sortable]")) sortable(table);
  const { line, column, message } = answer().dataset;
  form.dispatchEvent(new CustomEvent("answered", { detail: line ? { line: +line, column: +column, message } : null }));
}

/** Takes answer, title and language link from the page that the server made. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const found = page.querySelector("[data-answer]");
  if (!found) throw new TypeError("no answer in the page");
  document.title = page.title;
  document.querySelector("a.language").href = page.querySelector("a.language").getAttribute("href");
  answer().replaceWith(document.adoptNode(found));
  copyButtons(found);
  dress();
  status.textContent = found.querySelector("[data-summary], [role=alert] p")?.textContent ?? "";
  found.scrollIntoView({ block: "nearest" });
  return found.dataset.permalink;
}

async function run(event) {
  event.preventDefault();
  running?.abort();
  const mine = (running = new AbortController());
  stop.hidden = false;
  answer().setAttribute("aria-busy", "true");
  status.textContent = status.dataset.running;
  try {
    // By POST, so that a query of any length arrives and none is left in a log.
    const options = { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" }, signal: mine.signal };
    const permalink = show(await (await fetch(form.action, options)).text());
    if (permalink) history.pushState(null, "", permalink);
  } catch (error) {
    if (mine !== running) return;
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    const words = error.name === "AbortError" ? status.dataset.stopped : status.dataset.unreachable;
    const told = document.createElement("p");
    told.className = "empty";
    status.textContent = told.textContent = words;
    answer().replaceChildren(told);
  } finally {
    if (mine === running) {
      answer().removeAttribute("aria-busy");
      stop.hidden = true;
    }
  }
}

form.addEventListener("submit", run);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) form.requestSubmit();
});
stop.addEventListener("click", () => running?.abort());
window.addEventListener("popstate", () => location.reload());
dress();
// The address bar shows the short link from the start.
if (answer().dataset.permalink) history.replaceState(null, "", answer().dataset.permalink);
