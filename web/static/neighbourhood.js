// Offers the interactive graph in the place of a drawing; the graph itself is fetched when it is asked for.

const zh = document.documentElement.lang.startsWith("zh");

for (const figure of document.querySelectorAll("figure[data-neighbourhood][data-graph]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "graph-open";
  button.textContent = zh ? "展开互动图" : "Open the interactive graph";
  const status = document.createElement("span");
  status.className = "hint";
  status.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = zh ? "正在载入……" : "Loading …";
    try {
      const { open } = await import(figure.dataset.graph);
      await open(figure, button);
      status.textContent = "";
    } catch (error) {
      // Without a connection the drawing stays; what is wrong in the graph itself is for the console.
      status.textContent = zh ? "互动图载入失败，请稍后再试。" : "The graph could not be loaded; try again shortly.";
      if (!(error instanceof TypeError)) throw error;
    } finally {
      button.disabled = false;
    }
  });
  const bar = document.createElement("p");
  bar.append(button, " ", status);
  figure.before(bar);
}
