// Filters the rows of a table while typing, as the form does on the server.

const folded = (text) => text.toLowerCase().replace(/[“”]/g, '"').replace(/\s+/g, " ").trim();

export function liveFilter(field) {
  const table = document.querySelector(field.dataset.filter);
  const output = field.form.querySelector("output");
  if (!table || !output) return;
  field.form.hidden = false;
  const bodies = [...table.tBodies];
  const rows = bodies.flatMap((body) => [...body.rows].filter((row) => row.querySelector("td")).map((row) => [row, folded(row.textContent)]));
  const total = output.textContent.match(/\/ (\d+)/)?.[1] ?? rows.length;
  field.addEventListener("input", () => {
    const words = folded(field.value).split(" ");
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    for (const body of bodies) body.hidden = ![...body.rows].some((row) => row.querySelector("td") && !row.hidden);
    output.textContent = `${shown} / ${total} ${output.dataset.count}`;
  });
}
