// What pages gain with JavaScript; every page works without it.

import { copyButtons } from "./copy.js";
import { liveFilter } from "./filter.js";
import { suggestions } from "./suggest.js";

copyButtons(document);
for (const field of document.querySelectorAll("[data-filter]")) liveFilter(field);
// The other language opens at the same part of the page: parts are called the same in both.
for (const link of document.querySelectorAll("[data-keeps-place]")) {
  link.addEventListener("click", () => (link.hash = location.hash));
}
document.querySelector(".error-summary")?.focus();
for (const field of document.querySelectorAll("[data-suggest]")) suggestions(field);
