// The interactive neighbourhood: a graph to move through, with a list below it that does the same by keyboard and for
// screen readers.

import { drawing } from "./graph/drawing.js";
import { panel } from "./graph/panel.js";
import { words } from "./graph/words.js";

/** Opens the graph of a figure in the place of its drawing; the button closes it again. Rejects where its data cannot be read. */
export async function open(figure, button) {
  const text = words();
  if (figure.nextElementSibling?.matches(".graph")) return close(figure, button, text);
  const { elements } = await read(figure.dataset.neighbourhood);
  await styled(figure.dataset.graphCss);
  const frame = document.createElement("div");
  frame.className = "graph";
  figure.after(frame);
  figure.hidden = true;
  button.textContent = text.close;
  button.setAttribute("aria-expanded", "true");
  const graph = drawing(frame, text);
  const side = panel(frame, text, {
    look: (id) => graph.mark(id),
    expand: async (id) => {
      const found = await read(graph.data(id).neighbourhood);
      graph.add(found.elements, id);
      side.show(graph, id);
    },
  });
  graph.chosen((id) => side.show(graph, id));
  graph.add(elements, null);
  side.show(graph, graph.centre());
}

function close(figure, button, text) {
  figure.nextElementSibling.remove();
  figure.hidden = false;
  button.textContent = text.open;
  button.removeAttribute("aria-expanded");
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new TypeError(`${address}: ${answer.status}`);
  return answer.json();
}

/** Waits for the style sheet, since the graph takes its size from it. */
function styled(address) {
  if (document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  return new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}
