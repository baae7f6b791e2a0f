// Contents that follow the reader, ways back, figures that open large, animations that can be stopped, a light and a dark page.
// A preview says "renewed" when it has changed the page.
"use strict";

// The page's own words where they are not English.
const words = JSON.parse(document.documentElement.dataset.words ?? "{}");
const say = (word) => words[word] ?? word;

const wide = window.matchMedia("(min-width: 70rem)");

function followReader() {
  const details = document.querySelector(".contents details");
  const fold = () => { details.open = wide.matches; };
  fold();
  wide.addEventListener("change", fold);

  let entries = [];
  let current = null;
  const mark = () => {
    // The last heading that has passed the upper third of the window is where the reader is.
    const line = window.innerHeight / 3;
    const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const passed = entries.filter(({ place }) => place.getBoundingClientRect().top <= line);
    const found = (atEnd ? entries : passed).at(-1)?.link ?? null;
    if (found === current) return;
    current?.removeAttribute("aria-current");
    found?.setAttribute("aria-current", "location");
    if (found && wide.matches) found.scrollIntoView({ block: "nearest" });
    current = found;
  };
  let waiting = false;
  document.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  const begin = () => {
    entries = [...document.querySelectorAll(".contents li a")]
      .map((link) => ({ link, place: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
      .filter(({ place }) => place);
    mark();
  };
  begin();
  document.addEventListener("renewed", begin);
}

function openFiguresLarge() {
  const dialog = document.querySelector("dialog.large");
  const picture = dialog.querySelector("img");
  const caption = dialog.querySelector("p");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.enlarge");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const small = link.querySelector("img");
    picture.src = small.src;
    picture.alt = small.alt;
    const own = link.parentElement.querySelector(".panel-caption");
    caption.textContent = (own ?? link.closest("figure").querySelector("figcaption")).textContent;
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

function playFilms() {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const ready = new WeakSet();
  const prepare = (film) => {
    const picture = film.querySelector("img");
    const button = film.querySelector("button");
    const still = picture.getAttribute("src");
    let playing = false;
    const play = (wanted) => {
      playing = wanted;
      picture.src = playing ? film.dataset.moving : still;
      button.textContent = say(playing ? "Pause animation" : "Play animation");
    };
    button.hidden = false;
    button.addEventListener("click", () => play(!playing));
    // Who asks the system for less motion gets the first key frame, and can still start the animation by hand.
    calm.addEventListener("change", () => { if (calm.matches) play(false); });
    if (!calm.matches) play(true);
  };
  const begin = () => {
    for (const film of document.querySelectorAll(".film")) {
      if (!ready.has(film)) prepare(film);
      ready.add(film);
    }
  };
  begin();
  document.addEventListener("renewed", begin);
}

function unfoldWhatIsLinked() {
  // Browsers of 2022 and later do so themselves; a link followed twice is no change of the address.
  const unfold = (hash) => {
    const place = hash ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    let opened = false;
    for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    if (opened) place.scrollIntoView();
  };
  document.addEventListener("click", (event) => unfold(event.target.closest('a[href^="#"]')?.hash));
  window.addEventListener("hashchange", () => unfold(location.hash));
  unfold(location.hash);
}

function linkHeadings() {
  // To copy an address from; by keyboard the contents have the same.
  const begin = () => {
    for (const heading of document.querySelectorAll("main :is(h2, h3, h4)")) {
      const place = heading.id ? heading : heading.closest("[id]");
      if (heading.querySelector("a") || place?.querySelector("h2, h3, h4") !== heading) continue;
      const link = document.createElement("a");
      link.href = `#${encodeURIComponent(place.id)}`;
      link.className = "here";
      link.tabIndex = -1;
      link.append(...heading.childNodes);
      heading.append(link);
    }
  };
  begin();
  document.addEventListener("renewed", begin);
}

function offerWayBack() {
  // After a jump to a table, a figure or a reference: back to the very line, where a phone's own way leaves the page.
  const button = document.querySelector(".way-back");
  const left = [];
  document.addEventListener("click", (event) => {
    const link = event.target.closest('main a[href^="#"]:not(.here, .to-contents)');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    left.push({ link, top: window.scrollY });
    button.hidden = false;
  });
  button.addEventListener("click", () => {
    const { link, top } = left.pop();
    button.hidden = left.length === 0;
    window.scrollTo({ top });
    link.focus({ preventScroll: true });
  });
}

function letKeysScroll() {
  // What is wider than the page is scrolled by keys as well: only then is it a place to stop at.
  const wide = () => {
    for (const formula of document.querySelectorAll(".equation > .set")) {
      formula.tabIndex = formula.scrollWidth > formula.clientWidth ? 0 : -1;
      if (formula.tabIndex < 0) formula.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", wide);
  document.addEventListener("renewed", wide);
  document.fonts.ready.then(wide);
}

function copyFormulas() {
  // A formula is copied as its TeX, and not as the letters that it is made of.
  const around = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("math");
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (selection.rangeCount !== 1 || selection.isCollapsed || !document.querySelector("math")) return;
    const range = selection.getRangeAt(0).cloneRange();
    const [first, last] = [around(range.startContainer), around(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const copy = range.cloneContents();
    const formulas = copy.querySelectorAll("math");
    if (!formulas.length) return;
    for (const formula of formulas) {
      const sign = formula.getAttribute("display") === "block" ? "$$" : "$";
      formula.replaceWith(`${sign}${formula.querySelector("annotation").textContent}${sign}`);
    }
    const holder = document.createElement("div");
    holder.append(copy);
    event.clipboardData.setData("text/html", holder.innerHTML);
    holder.style.whiteSpace = "normal";
    document.body.append(holder); // only what is laid out has its lines as text
    event.clipboardData.setData("text/plain", holder.innerText);
    holder.remove();
    event.preventDefault();
  });
}

function offerThemes() {
  const root = document.documentElement;
  const button = document.querySelector("button.theme");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const shown = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");
  const label = () => { button.textContent = say(shown() === "dark" ? "Light page" : "Dark page"); };
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch { /* a page opened from a file may have no storage; the choice then lasts until it is closed */ }
  button.hidden = false;
  label();
  dark.addEventListener("change", label);
  button.addEventListener("click", () => {
    root.dataset.theme = shown() === "dark" ? "light" : "dark";
    label();
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
  });
}

offerThemes();
followReader();
unfoldWhatIsLinked();
linkHeadings();
offerWayBack();
openFiguresLarge();
letKeysScroll();
copyFormulas();
playFilms();
