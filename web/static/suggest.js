// Suggestions under the search box: the combobox pattern of ARIA. Without JavaScript the box is a plain form.

export function suggestions(field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  list.hidden = true;
  field.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"], ["autocomplete", "off"]]) {
    field.setAttribute(name, value);
  }
  let asked = 0;

  const options = () => [...list.children];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    asked += 1;
    choose(null);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
  }

  function show(found) {
    choose(null);
    list.replaceChildren(...found.map((hit, number) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = hit.url;
      const name = document.createElement("span");
      name.lang = hit.lang;
      name.textContent = `${hit.notation} ${hit.label}`.trim();
      const kind = document.createElement("small");
      kind.textContent = hit.kind;
      option.append(name, " ", kind);
      return option;
    }));
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
  }

  async function ask() {
    const words = field.value.trim();
    const number = (asked += 1);
    if (!words) return close();
    const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: words })}`);
    // A later keystroke has asked again by now.
    if (answer.ok && number === asked) show((await answer.json()).suggestions);
  }

  field.addEventListener("input", ask);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const all = options();
    if (event.isComposing || list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const place = all.indexOf(chosen()) + step;
      // Past either end is the box itself again.
      choose(place === -1 || place === all.length ? null : all.at(place));
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      location.assign(chosen().dataset.url);
    }
  });
  // The press keeps the focus in the box; the click follows the suggestion.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  // What was typed before this script had come.
  if (field === document.activeElement) ask();
}
