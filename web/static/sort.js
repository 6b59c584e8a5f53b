// Sorts the rows of a table by a click on a heading: numbers as numbers, words as the language of the page sorts them.

const language = document.documentElement.lang;
const collator = new Intl.Collator(language, { numeric: true });

/** What a cell is sorted by: the value without its notes; nothing where there is none. */
const key = (cell) => (cell.classList.contains("unbound") ? null : (cell.dataset.sort ?? cell.textContent).trim());

function compared(one, other, sign, numeric) {
  // Cells without a value come last either way.
  if (one === null || other === null) return (one === null) - (other === null);
  return sign * (numeric ? Number(one) - Number(other) : collator.compare(one, other));
}

export function sortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, place) => {
    const numeric = heading.classList.contains("amount");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const sign = heading.ariaSort === "ascending" ? -1 : 1;
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].map((row) => [key(row.cells[place]), row]);
      rows.sort(([one], [other]) => compared(one, other, sign, numeric));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
