"use strict";
// Everything is on the page without this: it only shows one metric at a time, tips at once, and a theme.
(() => {
  const root = document.documentElement;
  const kept = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("theme");
      if (value) localStorage.setItem("theme", value); else localStorage.removeItem("theme");
    } catch { /* some browsers keep nothing for files */ }
    return null;
  };
  const asked = new URLSearchParams(location.search).get("theme") || kept();
  if (asked === "light" || asked === "dark") root.dataset.theme = asked;

  function themes() {
    const button = document.getElementById("theme");
    const order = ["", "light", "dark"];
    const tell = () => { button.textContent = `Theme: ${root.dataset.theme || "system"}`; };
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = order[(order.indexOf(root.dataset.theme || "") + 1) % order.length];
      if (next) root.dataset.theme = next; else delete root.dataset.theme;
      kept(next);
      tell();
    });
    tell();
  }

  function choose(setting, wanted) {
    const cards = [...setting.querySelectorAll(".card")];
    const chosen = cards.find((card) => card.hash === wanted) || cards[0];
    for (const card of cards) {
      const here = card === chosen;
      card.setAttribute("aria-selected", here);
      card.tabIndex = here ? 0 : -1;
      document.getElementById(card.hash.slice(1)).hidden = !here;
    }
    return chosen;
  }

  function metrics(setting) {
    const list = setting.querySelector(".cards");
    list.setAttribute("role", "tablist");
    const cards = [...list.children];
    for (const card of cards) {
      card.setAttribute("role", "tab");
      card.setAttribute("aria-controls", card.hash.slice(1));
      document.getElementById(card.hash.slice(1)).setAttribute("role", "tabpanel");
      card.addEventListener("click", (event) => {
        event.preventDefault();
        choose(setting, card.hash);
        try { history.replaceState(null, "", card.hash); } catch { /* not for every file address */ }
      });
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === " ") document.activeElement.click();
      if (step) choose(setting, cards[(cards.indexOf(document.activeElement) + step + cards.length) % cards.length].hash).focus();
      if (step || event.key === " ") event.preventDefault();
    });
    choose(setting, location.hash);
  }

  function places() {
    const select = document.getElementById("setting");
    const all = [...document.querySelectorAll(".setting")];
    const show = (index) => all.forEach((one) => { one.hidden = one.dataset.setting !== index; });
    if (!select) return;
    const named = /^#m(\d+)-/.exec(location.hash);
    if (named && all[named[1]]) select.value = named[1];
    select.closest(".pick").hidden = false;
    document.querySelectorAll(".where").forEach((one) => { one.hidden = true; });
    select.addEventListener("change", () => show(select.value));
    show(select.value);
  }

  function tips() {
    const tip = document.createElement("div");
    tip.id = "tip";
    tip.hidden = true;
    document.body.append(tip);
    for (const title of document.querySelectorAll("svg title")) {
      const owner = title.parentElement;
      owner.dataset.tip = title.textContent;
      owner.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    document.addEventListener("pointerover", (event) => {
      const owner = event.target.closest("[data-tip]");
      tip.hidden = !owner;
      if (!owner) return;
      tip.textContent = owner.dataset.tip;
      const at = owner.getBoundingClientRect(), own = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(4, Math.min(at.x + at.width / 2 + 10, innerWidth - own.width - 4))}px`;
      tip.style.top = `${at.y > own.height + 16 ? at.y - own.height - 8 : at.y + at.height + 8}px`;
    });
    document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  }

  document.addEventListener("DOMContentLoaded", () => {
    themes();
    document.querySelectorAll(".setting").forEach(metrics);
    places();
    tips();
  });
})();
