// What pages gain with JavaScript; every page works without it.

import { copyButtons } from "./copy.js";
import { liveFilter } from "./filter.js";
import { suggestions } from "./suggest.js";

copyButtons(document);
for (const field of document.querySelectorAll("[data-filter]")) liveFilter(field);
document.querySelector(".error-summary")?.focus();
for (const field of document.querySelectorAll("[data-suggest]")) suggestions(field);
