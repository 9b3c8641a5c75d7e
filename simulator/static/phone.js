// The page works without this file. With it, buttons do not reload the page and new bubbles appear by themselves.
"use strict";

const phones = document.getElementById("phones");
const panel = document.getElementById("panel");
const EVERY = 1000;
let looking = false;
let shownPanel = "";

function elementsOf(phone, selector) {
  return Array.from(phone.querySelectorAll(selector));
}

function toBottom(phone) {
  const body = phone.querySelector(".wx-body");
  body.scrollTop = body.scrollHeight;
}

function addBubbles(phone, news) {
  if (news.count !== Number(phone.dataset.count)) {
    phone.querySelector(".wait").insertAdjacentHTML("beforebegin", news.html);
    phone.dataset.count = news.count;
    toBottom(phone);
  }
  for (const element of elementsOf(phone, ".when-follows")) element.hidden = !news.follows;
  for (const element of elementsOf(phone, ".when-stranger")) element.hidden = news.follows;
}

async function look() {
  if (looking) return;
  looking = true;
  try {
    const seen = new URLSearchParams();
    for (const phone of phones.children) seen.set(phone.dataset.phone, phone.dataset.count);
    const answer = await fetch("/sim/news?" + seen, { cache: "no-store" });
    const news = await answer.json();
    if (phones.dataset.menu && phones.dataset.menu !== news.menu) {
      location.reload();
      return;
    }
    phones.dataset.menu = news.menu;
    for (const phone of phones.children) {
      const own = news.phones[phone.dataset.phone];
      if (!own) {
        location.reload();
        return;
      }
      if (own.count < Number(phone.dataset.count)) {
        location.reload();
        return;
      }
      addBubbles(phone, own);
      phone.querySelector(".clock").textContent = news.clock;
    }
    // Replacing an unchanged panel would take the focus away from whoever is reading it.
    if (news.panel !== shownPanel) {
      panel.innerHTML = news.panel;
      shownPanel = news.panel;
    }
  } catch (trouble) {
    // The simulator has stopped or is restarting; the next look finds out.
  } finally {
    looking = false;
  }
}

async function send(form, submitter) {
  const body = new FormData(form);
  if (submitter && submitter.name) body.set(submitter.name, submitter.value);
  const phone = form.closest("[data-phone]");
  const wait = phone && phone.querySelector(".wait");
  if (wait) wait.hidden = false;
  for (const open of document.querySelectorAll(".wx-menu details[open]")) open.open = false;
  const words = form.querySelector('input[name="text"]');
  if (words) words.value = "";
  const done = fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "page" } });
  setTimeout(look, 80);
  try {
    await done;
  } catch (trouble) {
    // A lost answer changes nothing: the next look shows what really happened.
  }
  if (wait) wait.hidden = true;
  look();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-live]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// Only one menu stands open, as on a real phone.
document.addEventListener("toggle", (event) => {
  if (!event.target.open || !event.target.closest(".wx-menu")) return;
  for (const other of event.target.closest(".wx-menu").querySelectorAll("details[open]")) {
    if (other !== event.target) other.open = false;
  }
}, true);

for (const phone of phones.children) toBottom(phone);
look();
setInterval(look, EVERY);
