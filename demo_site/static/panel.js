// The panel of the demo. Without it the link leads to the same things on a page of their own.
(() => {
  "use strict";
  const panel = document.getElementById("who");
  const opener = document.querySelector(".who-open");
  const page = document.documentElement;
  const remember = (key, value) => { try { value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, value); } catch { /* private windows */ } };
  const recall = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
  let changed = {};
  const live = {}; // what client.js has put into the page since, without a reload

  const outline = () => {
    const on = recall("who-outline") === "1";
    page.classList.toggle("outlined", on);
    for (const place of document.querySelectorAll("[data-slot]")) {
      const block = changed[place.dataset.slot];
      if (on && block) place.dataset.changed = block; else delete place.dataset.changed;
    }
  };

  let before; // the segments of the page before this one; what comes while it is open is new, too
  const markNew = () => {
    if (before === undefined) before = JSON.parse(recall("who-members") || "null");
    const now = [];
    for (const item of panel.querySelectorAll(".members > li")) {
      const key = item.querySelector("details").dataset.key;
      now.push(key);
      item.classList.toggle("is-new", before !== null && !before.includes(key));
    }
    remember("who-members", JSON.stringify(now));
  };

  const fill = (html) => {
    const open = JSON.parse(recall("who-details") || "[]");
    panel.innerHTML = html;
    for (const each of panel.querySelectorAll("details")) {
      each.open = open.includes(each.dataset.key);
      each.addEventListener("toggle", () => {
        const keys = [...panel.querySelectorAll("details[open]")].map((one) => one.dataset.key);
        remember("who-details", JSON.stringify(keys));
      });
    }
    const close = panel.querySelector(".who-close");
    close.hidden = false;
    close.addEventListener("click", () => { show(false); opener.focus(); });
    const box = panel.querySelector("#who-outline");
    box.parentElement.hidden = false;
    box.checked = recall("who-outline") === "1";
    box.addEventListener("change", () => { remember("who-outline", box.checked ? "1" : null); outline(); });
    for (const [slot, block] of Object.entries(live)) {
      const row = panel.querySelector(`details[data-key="slot ${slot}"] .about`);
      if (row) row.textContent = block;
    }
    for (const form of panel.querySelectorAll(".who-form")) form.addEventListener("submit", send);
    markNew();
    settle();
  };

  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form));
    await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    await refresh();
    panel.focus();
  };

  // Only what is visible can be scrolled.
  const settle = () => {
    const row = panel.querySelector(".who-play");
    const chosen = row && row.querySelector("[aria-current]");
    if (chosen) row.scrollLeft = chosen.offsetLeft - 88;
    panel.scrollTop = Number(recall("who-scroll") || 0);
  };

  const refresh = async () => {
    const answer = await fetch("/demo/who.json", { headers: { accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return;
    const who = await answer.json();
    changed = { ...who.changed, ...live };
    fill(who.html);
    outline();
  };

  const show = (open) => {
    panel.hidden = !open;
    page.classList.toggle("who-is-open", open);
    opener.setAttribute("aria-expanded", String(open));
    remember("who", open ? "open" : null);
    if (open) settle();
  };

  opener.setAttribute("role", "button");
  opener.setAttribute("aria-controls", "who");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", async (event) => {
    event.preventDefault();
    remember("who", "open"); // whoever goes on at once finds it open there
    await refresh();
    show(true);
    panel.focus();
  });
  panel.addEventListener("scroll", () => remember("who-scroll", String(panel.scrollTop)), { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { show(false); opener.focus(); }
  });
  // Nobody who reads or writes in it is disturbed.
  let soon = 0;
  const refreshSoon = (ms) => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (!panel.hidden && (panel === document.activeElement || !panel.contains(document.activeElement))) refresh();
    }, ms);
  };
  document.addEventListener("floorwalker:shown", ({ detail }) => {
    live[detail.slot] = detail.block;
    refreshSoon(200);
  });
  document.addEventListener("shop:put", () => refreshSoon(200));
  const start = () => {
    if (recall("who") === "open") { show(true); refresh(); refreshSoon(3000); } else if (recall("who-outline") === "1") refresh();
  };
  window.addEventListener("pageshow", start);
})();
