// The graph itself: cytoscape draws, dagre says where. Colours are those of tokens.css, in both themes.

import dagre from "@dagrejs/dagre";
import cytoscape from "cytoscape";
import { named, titled, widthOf, wrapped } from "./words.js";

const WIDE = 10; // full-width characters in a line of a node
const EM = 14;
/** As small as the text can still be read; larger graphs are moved through. */
const SMALLEST = 0.75;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

function styles() {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const font = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: "node",
      style: {
        label: "data(shown)", shape: "round-rectangle", width: "data(width)", height: "data(height)",
        "text-wrap": "wrap", "line-height": 1.25, "text-max-width": "9999px", "text-valign": "center",
        "font-family": font, "font-size": EM, color: token("ink"),
        "background-color": token("paper"), "border-width": 1, "border-color": token("rule-strong"),
      },
    },
    { selector: 'node[kind = "FactType"]', style: { "corner-radius": 16 } },
    { selector: "node[?centre]", style: { "border-width": 2, "background-color": token("raised"), "font-weight": "bold" } },
    { selector: "node:selected", style: { "border-width": 3, "border-color": token("accent"), "background-color": token("accent-soft") } },
    {
      selector: "edge",
      style: {
        label: "data(title)", "curve-style": "bezier", width: 1.2, "line-color": token("rule-strong"),
        "target-arrow-shape": "triangle", "target-arrow-color": token("rule-strong"), "arrow-scale": 0.8,
        "font-family": font, "font-size": 11, color: token("ink-2"), "text-background-color": token("paper"),
        "text-background-opacity": 0.9, "text-background-padding": 2, "text-rotation": "autorotate", "min-zoomed-font-size": 8,
      },
    },
    { selector: 'edge[certainty = "inference"]', style: { "line-style": "dashed" } },
    { selector: "edge[!required]", style: { "line-style": "dotted", "line-color": token("state-excluded"), "target-arrow-color": token("state-excluded"), color: token("state-excluded") } },
    { selector: "edge.near", style: { width: 2.4, "line-color": token("accent"), "target-arrow-color": token("accent") } },
  ];
}

/** Puts the graph into a frame. */
export function drawing(frame, text) {
  const canvas = document.createElement("div");
  canvas.className = "graph-canvas";
  // cytoscape would write a style element, which the page's security policy blocks; it does not where this id is taken.
  canvas.id = "__________cytoscape_stylesheet";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text.graph);
  frame.append(canvas);
  // The wheel scrolls the page; the buttons zoom.
  const cy = cytoscape({ container: canvas, style: styles(), minZoom: 0.2, maxZoom: 2.5, boxSelectionEnabled: false, userZoomingEnabled: false });
  const repaint = () => (frame.isConnected ? cy.style(styles()) : dark.removeEventListener("change", repaint));
  dark.addEventListener("change", repaint);
  frame.append(toolbar(cy, text));

  function place(from) {
    const plan = new dagre.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 14, ranksep: 84 }).setDefaultEdgeLabel(() => ({}));
    cy.nodes().forEach((node) => void plan.setNode(node.id(), { width: node.data("width"), height: node.data("height") }));
    cy.edges().forEach((edge) => void plan.setEdge(edge.data("source"), edge.data("target")));
    dagre.layout(plan);
    const positions = Object.fromEntries(plan.nodes().map((id) => [id, { x: plan.node(id).x, y: plan.node(id).y }]));
    cy.layout({ name: "preset", positions, fit: false, animate: !calm.matches, animationDuration: 250, stop: () => see(from) }).run();
  }

  /** Shows all of it, or, where that would be too small to read, what it is about. */
  function see(from) {
    cy.fit(undefined, 16);
    if (cy.zoom() > 1) cy.zoom(1);
    if (cy.zoom() < SMALLEST) cy.zoom(SMALLEST);
    cy.center(cy.zoom() > SMALLEST ? undefined : from ? cy.getElementById(from) : cy.nodes("[?centre]"));
  }

  return {
    centre: () => cy.nodes("[?centre]").first().id(),
    data: (id) => cy.getElementById(id).data(),
    /** Edges at a node, as {edge, other} data. */
    around: (id) => cy.getElementById(id).connectedEdges().map((edge) => ({ edge: edge.data(), other: edge.connectedNodes().not(cy.getElementById(id)).data() })),
    chosen: (then) => cy.on("tap", "node", (event) => then(event.target.id())),
    mark(id) {
      cy.edges().removeClass("near");
      cy.nodes().unselect();
      cy.getElementById(id).select().connectedEdges().addClass("near");
    },
    add({ nodes, edges }, from) {
      const key = ({ source, relation, target }) => `${source} ${relation} ${target}`;
      const known = new Set(cy.edges().map((edge) => key(edge.data())));
      for (const { data } of nodes) {
        if (cy.getElementById(data.id).nonempty()) continue;
        const title = titled(data, text.lang);
        const lines = wrapped(title, WIDE);
        const width = Math.max(...lines.map(widthOf)) * EM;
        cy.add({ group: "nodes", data: { ...data, centre: data.centre && !from, title, shown: lines.join("\n"), width: width + 20, height: lines.length * EM * 1.35 + 14 } });
      }
      for (const { data } of edges) {
        if (known.has(key(data))) continue;
        const title = named(data.label, text.lang) + (data.required ? "" : ` (${text.negative})`);
        cy.add({ group: "edges", data: { ...data, id: key(data), title } });
      }
      if (from) cy.getElementById(from).data("expanded", true);
      place(from);
    },
  };
}

function toolbar(cy, text) {
  const bar = document.createElement("div");
  bar.className = "graph-tools";
  const zoom = (factor) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  for (const [name, sign, act] of [[text.larger, "+", () => zoom(1.3)], [text.smaller, "−", () => zoom(1 / 1.3)], [text.whole, text.whole, () => cy.fit(undefined, 16)]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign, title: name, ariaLabel: name });
    button.addEventListener("click", act);
    bar.append(button);
  }
  return bar;
}
