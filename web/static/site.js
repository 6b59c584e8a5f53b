// What pages gain with JavaScript; every page works without it.

import { copyButtons } from "./copy.js";
import { liveFilter } from "./filter.js";

copyButtons(document);
for (const field of document.querySelectorAll("[data-filter]")) liveFilter(field);
for (const field of document.querySelectorAll("[data-submit]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
  });
}
document.querySelector(".error-summary")?.focus();
