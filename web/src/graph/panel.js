// The list below the graph: the chosen thing, what it is connected with, and what can be done with it.

import { named, titled } from "./words.js";

/** Adds the list to a frame. `look` marks a thing in the graph, `expand` adds what is connected with it. */
export function panel(frame, text, { look, expand }) {
  const side = document.createElement("div");
  side.className = "graph-side";
  side.setAttribute("aria-live", "polite");
  frame.append(side);

  function show(graph, id) {
    const data = graph.data(id);
    const focused = side.contains(document.activeElement);
    const title = element("p", "graph-title", titled(data, text.lang));
    title.tabIndex = -1;
    const kind = element("p", "kind", named(data.kindLabel, text.lang));
    const actions = element("p", "graph-actions");
    actions.append(link(data.url[text.lang], text.page));
    if (data.neighbourhood && !data.expanded && !data.centre) actions.append(" ", button(text.expand, () => expand(id)));
    const heading = element("p", "graph-heading", `${text.connected}${text.colon}`);
    const list = element("ul", "graph-list");
    for (const { edge, other } of graph.around(id)) list.append(item(graph, id, edge, other));
    side.replaceChildren(title, kind, actions, heading, list);
    look(id);
    // Whoever chose by keyboard goes on from the thing that was chosen.
    if (focused) title.focus();
  }

  function item(graph, id, edge, other) {
    const found = element("li");
    const relation = named(edge.label, text.lang) + (edge.certaintyLabel ? ` · ${named(edge.certaintyLabel, text.lang)}` : "");
    const arrow = edge.source === id ? "→" : "←";
    found.append(
      element("span", "graph-relation", `${arrow} ${relation}${edge.required ? "" : ` · ${text.negative}`}`),
      button(titled(other, text.lang), () => show(graph, other.id)),
    );
    return found;
  }

  return { show };
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function link(href, text) {
  return Object.assign(element("a", "", text), { href });
}

function button(text, act) {
  const found = Object.assign(element("button", "", text), { type: "button" });
  found.addEventListener("click", act);
  return found;
}
