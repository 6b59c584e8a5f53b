// The case workbench with JavaScript: results follow each answer, the list to pick from narrows while typing.
// Everything here also works without: the form is then sent by its buttons. Nothing is stored in the browser.

const english = document.documentElement.lang === "en";
const form = document.getElementById("case");
let unsaved = false;

// --- what happened ---------------------------------------------------------------------------------------------------

function narrow(field) {
  const output = document.querySelector("[data-found]");
  const labels = [...document.querySelectorAll("[data-words]")];
  const further = document.querySelector("details.pick-section");
  const folded = (text) => text.toLowerCase().replace(/[“”「」]/g, '"').trim().split(/\s+/);
  const show = () => {
    const words = folded(field.value).filter(Boolean);
    let found = 0;
    for (const label of labels) {
      const fits = words.every((word) => label.dataset.words.includes(word));
      label.hidden = !fits && !label.querySelector(":checked");
      found += fits ? 1 : 0;
    }
    for (const group of document.querySelectorAll(".pick-group")) group.hidden = !group.querySelector("label:not([hidden])");
    if (words.length && further) further.open = true;
    output.textContent = words.length ? (english ? `${found} found` : `找到 ${found} 项`) : "";
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) event.preventDefault();
  });
}

function countPicked(button) {
  const count = document.createElement("span");
  count.className = "count";
  count.setAttribute("role", "status");
  button.after(count);
  const show = () => {
    const picked = form.querySelectorAll("[name=pick]:checked").length;
    count.textContent = picked ? (english ? `${picked} picked` : `已选 ${picked} 项`) : "";
  };
  form.addEventListener("change", show);
  show();
}

// --- answers ----------------------------------------------------------------------------------------------------------

function follow() {
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  form.prepend(said);
  let asked = 0;
  let waiting;

  const answered = (item) => item.querySelector("input:checked") !== null;

  async function update() {
    const number = ++asked;
    const panel = document.getElementById("standing");
    panel.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.standing, { method: "POST", body, headers: { Accept: "text/html" } });
      if (number !== asked) return;
      if (!answer.ok) throw new Error(String(answer.status));
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      if (number !== asked) return;
      panel.removeAttribute("aria-busy");
      said.textContent = english ? "The result could not be updated. Use the button “Update”." : "结果没有更新，请按“更新结果”。";
    }
  }

  function replace(fresh) {
    const before = document.querySelector("[data-verdict]").textContent;
    const open = new Set([...document.querySelectorAll("#standing details[open]")].map((item) => item.dataset.key));
    document.getElementById("standing").replaceWith(fresh.getElementById("standing"));
    for (const item of document.querySelectorAll("#standing details")) item.open = open.has(item.dataset.key);
    const verdict = document.querySelector("[data-verdict]").textContent;
    if (verdict !== before) said.textContent = verdict;
    ask(fresh);
    const follows = fresh.getElementById("derived");
    document.getElementById("derived")?.remove();
    if (follows) document.getElementById("asking").after(follows);
  }

  // What was answered or ticked here stays where it is; what no longer matters goes, new things come behind.
  function merge(list, fresh) {
    const wanted = new Map([...fresh.children].map((item) => [item.dataset.fact, item]));
    for (const item of [...list.children]) {
      const stays = answered(item) || item.contains(document.activeElement);
      if (!stays && !wanted.has(item.dataset.fact)) item.remove();
      wanted.delete(item.dataset.fact);
    }
    list.append(...wanted.values());
  }

  function ask(fresh) {
    const fetched = fresh.querySelectorAll("[data-merge]");
    document.querySelectorAll("[data-merge]").forEach((list, number) => merge(list, fetched[number]));
    for (const wanted of ["#asking > p:first-of-type", "#going"]) document.querySelector(wanted).replaceWith(fresh.querySelector(wanted));
    const block = document.querySelector(".counterparts");
    block.hidden = !block.querySelector("li");
  }

  form.addEventListener("change", (event) => {
    unsaved = true;
    if (event.target.matches("input[type=text], textarea")) return;
    clearTimeout(waiting);
    waiting = setTimeout(update, 150);
  });
}

// --- leaving ----------------------------------------------------------------------------------------------------------

function warnBeforeLeaving() {
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

if (form) {
  const field = form.querySelector("[data-find]");
  if (field) {
    narrow(field);
    countPicked(form.querySelector(".go button"));
  }
  if (form.dataset.standing) {
    follow();
    warnBeforeLeaving();
  }
  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}
