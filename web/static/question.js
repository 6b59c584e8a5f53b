// A question's form and answer: facts chosen one by one, rows sorted by a click.

import { sortable } from "./sort.js";

for (const table of document.querySelectorAll("table[data-sortable]")) sortable(table);

for (const pick of document.querySelectorAll("[data-pick]")) {
  const lines = document.getElementById(pick.dataset.pick);
  const input = pick.querySelector("input");
  const add = () => {
    const names = lines.value.split(/[;；\n]/).map((name) => name.trim()).filter(Boolean);
    const name = input.value.trim();
    if (name && !names.includes(name)) lines.value = [...names, name].join("\n");
    input.value = "";
    input.focus();
  };
  pick.hidden = false;
  pick.querySelector("button").addEventListener("click", add);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
}
