// What is behind a number, a sentence or a figure: a panel says so to who clicks on it, or presses Enter.
"use strict";

(() => {
  const panel = document.querySelector(".asked");
  const body = panel.querySelector("div");
  const results = panel.dataset.results;
  let known = {};
  let asker = null;
  const FIGURE = ".exhibit.figure > figcaption > .label";

  const make = (name, className, ...content) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...content);
    return element;
  };
  const fill = (word, values) => say(word).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  const address = (ref, name) => `${known.refs[ref]?.[0] ?? "?"}.${name}`;
  const link = (file) => {
    const element = make("a", "", make("code", "", file));
    element.href = `${results}/${file}`;
    return element;
  };

  // What is said.

  function readsOf(reads) {
    const list = make("dl");
    for (const [ref, name, value] of reads) {
      list.append(make("dt", "", make("code", "", breakable(address(ref, name)))));
      list.append(make("dd", "", value === null ? say("several rows") : String(value)));
    }
    return list;
  }

  const breakable = (text) => text.replace(/([._/\[\],]|=+)(?=\w)/g, "$1\u200b");

  function jobOf(number) {
    const [call, parameters, place, id, machine, time, finished, from, packages] = known.jobs[number];
    const [computation, module, device, origin, versions] = [call, place, machine, from, packages].map((one) => known.words[one]);
    const block = make("div", "asked-job", make("p", "", make("code", "", `${computation}(${breakable(parameters)})`)));
    const facts = [time ? fill("Computed in %(time)s on %(device)s", { time, device }) : device];
    if (finished) {
      const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      facts.push(format.format(new Date(finished)));
    }
    block.append(make("p", "", `${facts.join(", ")}. `, origin ? fill("Computed elsewhere: %(origin)s.", { origin }) : ""));
    const code = make("p", "", `${say("Code:")} `, make("code", "", breakable(module || computation)));
    if (versions) code.append(`; ${versions}`);
    block.append(code, make("p", "", `${say("Identity:")} `, make("code", "", id)));
    return block;
  }

  function jobsOf(refs) {
    const jobs = [...new Set(refs.filter((ref) => ref >= 0).map((ref) => known.refs[ref][1]))];
    return jobs.map(jobOf);
  }

  function filesOf(...files) {
    if (!results) return [];
    const [first, ...others] = [...files, "metrics.json", "plan.json"].map(link);
    return [make("p", "asked-files", first, ...others.flatMap((one) => [", ", one]))];
  }

  function aboutNumber(number) {
    const [expression, reads] = known.texts[ownerOf(number).id][number.dataset.n];
    const spelt = make("p", "", make("code", "", breakable(expression)));
    return [number.textContent, spelt, readsOf(reads), ...jobsOf(reads.map(([ref]) => ref)), ...filesOf()];
  }

  function aboutClaim(claim) {
    const told = known.claims[claim.id];
    const parts = told.map(([expression, holds, asSeen, reads]) => {
      const verdict = `${say(holds ? "holds" : "does not hold")}${asSeen ? `, ${say("as seen")}` : ""}`;
      return make("div", "", make("p", "", make("code", "", breakable(expression)), ` ${verdict}`), readsOf(reads));
    });
    const refs = told.flatMap(([, , , reads]) => reads.map(([ref]) => ref));
    return [say("Why this sentence is here"), ...parts, ...jobsOf(refs), ...filesOf()];
  }

  function aboutCell(cell) {
    const figure = cell.closest("figure");
    const [names, rows, ...files] = known.tables[figure.id];
    const row = cell.closest("tr");
    const ref = Array.isArray(rows) ? rows[row.sectionRowIndex] : rows;
    // An interval has a cell of its own beside that of its number, and no name.
    const before = [...row.cells].slice(0, cell.cellIndex + 1).filter((one) => !one.classList.contains("interval"));
    const name = make("p", "", make("code", "", breakable(address(ref, names[before.length - 1]))));
    return [wordsOf(cell), name, ...jobsOf([ref]), ...filesOf(...files)];
  }

  function aboutTable(figure) {
    const [, rows, ...files] = known.tables[figure.id];
    return [figure.querySelector(".label").textContent, ...jobsOf([rows].flat()), ...filesOf(...files)];
  }

  function aboutFigure(label) {
    return [label.textContent, ...jobsOf(known.figures[label.closest("figure").id]), ...filesOf()];
  }

  const wordsOf = (cell) => {
    const copy = cell.cloneNode(true);
    for (const padding of copy.querySelectorAll(".padding")) padding.remove();
    return copy.textContent.trim();
  };

  // Who is asked.

  const ownerOf = (number) => {
    let place = number.parentElement;
    while (place && !Object.hasOwn(known.texts, place.id)) place = place.parentElement;
    return place;
  };

  function answerFor(target) {
    if (!known.refs || target.closest("a, button, summary, input, .asked")) return null;
    const number = target.closest("[data-n]");
    if (number) return ownerOf(number) && [number, () => aboutNumber(number)];
    const claim = target.closest(".claim");
    if (claim) return [claim, () => aboutClaim(claim)];
    const label = target.closest(FIGURE);
    if (label && Object.hasOwn(known.figures, label.closest("figure").id)) return [label, () => aboutFigure(label)];
    const cell = target.closest(".exhibit.table tbody :is(td, th)");
    if (cell && Object.hasOwn(known.tables, cell.closest("figure").id)) return [cell, () => aboutCell(cell)];
    return null;
  }

  function show(element, about) {
    const [title, ...parts] = about();
    body.replaceChildren(make("p", "asked-title", title), ...parts);
    panel.hidden = false;
    asker?.classList.remove("asked-about");
    asker = element;
    asker.classList.add("asked-about");
    place(element);
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  }

  // Below what it is about, or above where there is more room; a phone has it at the foot of the window.
  function place(element) {
    panel.style.top = panel.style.left = "";
    if (getComputedStyle(panel).position === "fixed") {
      const hidden = element.getBoundingClientRect().bottom - panel.getBoundingClientRect().top + 24;
      if (hidden > 0) window.scrollBy({ top: hidden, behavior: "instant" });
      return;
    }
    const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = panel;
    const left = Math.max(8, Math.min(box.left - 16, document.documentElement.clientWidth - offsetWidth - 8));
    const fits = box.bottom + 8 + offsetHeight <= window.innerHeight || box.top < offsetHeight + 16;
    panel.style.left = `${left + window.scrollX}px`;
    panel.style.top = `${(fits ? box.bottom + 8 : box.top - 8 - offsetHeight) + window.scrollY}px`;
  }

  function close() {
    if (panel.hidden) return;
    const within = panel.contains(document.activeElement);
    panel.hidden = true;
    asker.classList.remove("asked-about");
    if (within) (asker.tabIndex >= 0 ? asker : asker.closest(".scroll") ?? asker).focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (panel.contains(event.target)) return;
    const selected = String(getSelection()) !== "";
    const found = selected || event.ctrlKey || event.metaKey || event.shiftKey ? null : answerFor(event.target);
    if (!found) {
      close();
      return;
    }
    makeStop(found[0]);
    show(...found);
  });
  panel.querySelector("button").addEventListener("click", close);

  // By keyboard: each answer is one place to stop at, and arrows lead from number to number; Enter asks.

  const stopsOf = (element) => {
    const owner = element.closest(".answer") ?? ownerOf(element);
    return owner ? [...owner.querySelectorAll("[data-n], .claim")].filter((one) => !one.closest("a")) : [];
  };

  function makeStop(element) {
    if (!element.matches("[data-n], .claim")) return;
    for (const other of stopsOf(element)) {
      if (other === element) continue;
      for (const name of ["tabindex", "role", "aria-haspopup", "aria-label"]) other.removeAttribute(name);
    }
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.setAttribute("aria-haspopup", "dialog");
    if (element.matches(".claim")) element.setAttribute("aria-label", say("Why this sentence is here"));
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      return;
    }
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !known.refs) return;
    if (target.matches(".exhibit.table .scroll") && event.key === "Enter") {
      const figure = target.closest("figure");
      if (Object.hasOwn(known.tables, figure.id)) show(target, () => aboutTable(figure));
      return;
    }
    if (target.matches(FIGURE) && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      const found = answerFor(target);
      if (found) show(...found);
      return;
    }
    if (!target.matches("[data-n], .claim")) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const stops = stopsOf(target);
      const next = stops[stops.indexOf(target) + step];
      if (next) {
        makeStop(next);
        next.focus();
      }
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show(...answerFor(target));
    }
  });

  function begin() {
    known = JSON.parse(document.getElementById("asked")?.textContent || "{}");
    close();
    if (!known.refs) return;
    document.documentElement.dataset.asked = "";
    document.querySelector(".asked-hint").hidden = false;
    for (const id of Object.keys(known.claims)) document.getElementById(id)?.classList.add("claim");
    for (const label of document.querySelectorAll(FIGURE)) {
      const asked = Object.hasOwn(known.figures, label.closest("figure").id);
      for (const [name, value] of [["tabindex", "0"], ["role", "button"], ["aria-haspopup", "dialog"]]) {
        if (asked) label.setAttribute(name, value);
        else label.removeAttribute(name);
      }
    }
    const begun = new Set();
    for (const element of document.querySelectorAll("[data-n], .claim")) {
      const owner = element.closest(".answer") ?? (element.dataset.n === undefined ? null : ownerOf(element));
      if (!owner || begun.has(owner) || element.closest("a")) continue;
      begun.add(owner);
      makeStop(owner.querySelector("[data-n][tabindex], .claim[tabindex]") ?? element);
    }
  }
  begin();
  document.addEventListener("renewed", begin);
})();
