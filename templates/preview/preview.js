// Renews the page where it has changed, and leaves the rest, with the reader's place, as it is; shows what is wrong.
"use strict";

(() => {
  const root = document.documentElement;
  const script = document.currentScript;
  // As the server wrote it: this script runs before the page's own, which marks and unfolds. Changes are found by
  // comparing with this, and made in the page beside what its script and the reader did.
  let written = root.cloneNode(true);
  let version = Number(script.dataset.version);
  const loaded = version;
  let files = {};
  let told = null;

  // The page.

  const alike = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? "") === (other.id ?? "");

  function imported(node) {
    const fresh = document.importNode(node, true);
    if (fresh.nodeType === Node.ELEMENT_NODE) loadAnew(fresh);
    return fresh;
  }

  function renew(live, before, after) {
    if (before.isEqualNode(after)) return;
    if (!alike(before, after) || before.nodeType !== Node.ELEMENT_NODE) {
      live.replaceWith(imported(after));
      return;
    }
    for (const { name, value } of after.attributes) {
      if (before.getAttribute(name) !== value) live.setAttribute(name, value);
    }
    for (const { name } of [...before.attributes]) {
      if (!after.hasAttribute(name)) live.removeAttribute(name);
    }
    if (live.childNodes.length === before.childNodes.length) renewChildren(live, before, after);
    else live.replaceChildren(...[...after.childNodes].map(imported));
  }

  function renewChildren(live, before, after) {
    const shown = [...live.childNodes];
    const old = [...before.childNodes];
    const fresh = [...after.childNodes];
    let start = 0;
    while (start < old.length && start < fresh.length && old[start].isEqualNode(fresh[start])) start += 1;
    let end = 0;
    const most = Math.min(old.length, fresh.length) - start;
    while (end < most && old.at(-1 - end).isEqualNode(fresh.at(-1 - end))) end += 1;
    let place = start;
    const last = old.length - end;
    const found = (node) => {
      for (let at = place; at < last; at += 1) {
        if (old[at].isEqualNode(node) || (node.id && alike(old[at], node))) return at;
      }
      return -1;
    };
    const middle = fresh.slice(start, fresh.length - end);
    middle.forEach((node, number) => {
      let at = found(node);
      // What has no name is taken for the one in its place, unless that one comes later.
      if (at < 0 && place < last && !node.id && alike(old[place], node)) {
        const later = middle.slice(number + 1).some((other) => old[place].isEqualNode(other));
        if (!later) at = place;
      }
      if (at < 0) {
        live.insertBefore(imported(node), shown[place] ?? null);
        return;
      }
      for (; place < at; place += 1) shown[place].remove();
      renew(shown[at], old[at], node);
      place = at + 1;
    });
    for (; place < last; place += 1) shown[place].remove();
  }

  // Files are loaded again by another address; what has been shown under the old one would be taken for the same.
  function loadAnew(within) {
    for (const name of ["src", "href", "data-moving"]) {
      for (const element of [within, ...within.querySelectorAll(`[${name}]`)]) {
        const shown = element.getAttribute(name) ?? "";
        const file = shown.split("?")[0];
        const wanted = files[file] > loaded ? `${file}?v=${files[file]}` : shown;
        if (wanted !== shown) element.setAttribute(name, wanted);
      }
    }
  }

  // What stands at the top of the window stays there, or what is around it, where it is gone.
  function keepingPlace(change) {
    const below = document.elementsFromPoint(window.innerWidth / 2, Math.min(80, window.innerHeight / 3));
    let place = below.find((element) => !element.closest(".preview"));
    const candidates = [];
    for (; place && place !== document.body; place = place.parentElement) {
      candidates.push([place, place.getBoundingClientRect().top, place.id]);
    }
    const { scrollX, scrollY } = window;
    root.style.overflowAnchor = "none"; // the browser's own way of keeping the place would move it twice
    change();
    let top = scrollY;
    for (const [element, before, id] of candidates) {
      const there = element.isConnected ? element : id ? document.getElementById(id) : null;
      if (there && scrollY > 0) {
        top = window.scrollY + there.getBoundingClientRect().top - before;
        break;
      }
    }
    window.scrollTo({ left: scrollX, top, behavior: "instant" });
    root.style.overflowAnchor = "";
  }

  function loadWhole() {
    const open = [...document.querySelectorAll("details")].map((details) => details.open);
    sessionStorage.setItem("preview", JSON.stringify({ top: window.scrollY, open }));
    location.reload();
  }

  function goBack() {
    const kept = JSON.parse(sessionStorage.getItem("preview") ?? "null");
    sessionStorage.removeItem("preview");
    if (kept === null) return;
    const all = [...document.querySelectorAll("details")];
    if (all.length === kept.open.length) all.forEach((details, number) => { details.open = kept.open[number]; });
    window.scrollTo({ top: kept.top, behavior: "instant" });
  }

  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

  function renewAll(html) {
    const before = written;
    written = parsed(html).documentElement;
    // These are this script's own, and say which page it began with.
    written.querySelector("script[data-version]").dataset.version = script.dataset.version;
    for (const part of ["head", "body"]) renew(document[part], before.querySelector(part), written.querySelector(part));
    loadAnew(root);
  }

  // What has a name and is all that changed: the rest of the page is neither sent nor looked at.
  function renewParts(parts) {
    for (const [id, html] of Object.entries(parts)) {
      const before = written.querySelector(`#${CSS.escape(id)}`);
      const after = parsed(`<body>${html}`).body.firstElementChild;
      const live = document.getElementById(id);
      renew(live, before, after);
      before.replaceWith(after);
      loadAnew(document.getElementById(id));
    }
  }

  let fetching = false;
  async function follow() {
    if (fetching || told === null || told.version <= version) return;
    if (version === 0) {
      location.reload(); // the first page
      return;
    }
    fetching = true;
    try {
      const found = await (await fetch(`~preview/page?from=${version}`)).json();
      if (Object.keys(found.files).some((name) => name.endsWith(".js"))) {
        loadWhole();
        return;
      }
      files = { ...files, ...found.files };
      keepingPlace(() => {
        if (found.parts) renewParts(found.parts);
        else renewAll(found.html);
        if (Object.keys(found.files).length) loadAnew(root);
      });
      version = found.version;
      document.dispatchEvent(new Event("renewed"));
      root.dataset.previewed = String(version);
    } finally {
      fetching = false;
    }
    follow();
  }

  // What is said over it.

  const make = (name, className = "", text = "") => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  };
  const panel = make("div", "preview");
  panel.lang = "en";
  const mistakes = make("section", "preview-mistakes");
  const work = make("section", "preview-work");
  mistakes.setAttribute("role", "alert");
  mistakes.setAttribute("aria-label", "Mistakes");
  mistakes.tabIndex = 0;
  work.setAttribute("aria-label", "Results");
  const said = make("p");
  said.setAttribute("role", "status");
  const bars = make("ol");
  const failed = make("ol");
  const button = make("button");
  button.type = "button";
  button.addEventListener("click", async () => {
    button.hidden = true;
    await fetch("~preview/compute", { method: "POST" });
  });
  work.append(said, bars, failed, button);
  panel.append(mistakes, work);
  mistakes.hidden = true;
  work.hidden = true;
  let closed = "";

  function showMistakes({ mistakes: list, older }) {
    const key = JSON.stringify([list, older]);
    if (key === mistakes.dataset.key) return;
    mistakes.dataset.key = key;
    mistakes.hidden = list.length === 0 || key === closed;
    if (list.length === 0) closed = "";
    const close = make("button", "preview-close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => { closed = key; mistakes.hidden = true; });
    const head = list.length === 1 ? "A mistake" : `${list.length} mistakes`;
    const items = make("ol");
    for (const one of list) {
      const item = make("li");
      if (one.where) item.append(make("p", "preview-where", one.where));
      item.append(make("p", "", one.place ? `${one.place}: ${one.message}` : one.message));
      const parts = make("dl");
      for (const name of ["expected", "got", "hint"]) {
        if (one[name]) parts.append(make("dt", "", name), make("dd", "", one[name]));
      }
      if (parts.childNodes.length) item.append(parts);
      items.append(item);
    }
    mistakes.replaceChildren(close, make("h2", "", older ? `${head}; the page is from before` : head), items);
  }

  function showWork({ missing, blocked, computing, failures }) {
    const results = (number) => (number === 1 ? "1 result" : `${number} results`);
    const words = [];
    if (computing) words.push(computing.jobs ? `Computing: ${computing.ended} of ${computing.jobs} done` : "Computing …");
    else if (missing) words.push(`${results(missing)} not computed yet.`);
    if (blocked) words.push(`${results(blocked)} cannot be computed: data is missing, see genreport fetch.`);
    if (said.textContent !== words.join(" ")) said.textContent = words.join(" ");
    bars.replaceChildren(...(computing?.running ?? []).map(([address, fraction, message]) => {
      const bar = make("progress");
      bar.max = 1;
      bar.value = fraction;
      bar.setAttribute("aria-label", address);
      const item = make("li", "", `${address} ${message}`);
      item.append(bar);
      return item;
    }));
    failed.replaceChildren(...failures.map((line) => make("li", "preview-failed", line)));
    button.hidden = !missing || computing !== null;
    button.textContent = missing === 1 ? "Compute it" : `Compute all ${missing}`;
    work.hidden = words.length === 0 && failures.length === 0;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !mistakes.hidden && !document.querySelector("dialog[open]")) {
      mistakes.querySelector(".preview-close").click();
    }
  });

  root.insertBefore(panel, document.body);
  goBack();
  const events = new EventSource("~preview/events");
  events.onmessage = (event) => {
    told = JSON.parse(event.data);
    showMistakes(told);
    showWork(told);
    follow();
  };
  events.onerror = () => {
    work.hidden = false;
    bars.replaceChildren();
    button.hidden = true;
    said.textContent = "The preview has ended: the page is no longer renewed.";
  };
})();
