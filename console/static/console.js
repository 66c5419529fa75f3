// Keeps the page alive: listens to the server, puts new content in place, counts "x s ago" on, and says plainly when it hears
// nothing. All words come from the page.
import { morph } from "./morph.js";

const SILENT_MS = 7000; // the server speaks every two seconds
const body = document.body;
const words = JSON.parse(body.dataset.words);
const school = encodeURIComponent(body.dataset.school);
const zone = body.dataset.timeZone;
const content = document.getElementById("content");
const live = document.getElementById("live");
const lost = document.getElementById("lost");
const title = document.title;

let skewMs = Number(body.dataset.nowMs) - Date.now(); // the server's clock, not this machine's, says what "now" is
let heardAt = performance.now();
let goodAtMs = Number(body.dataset.nowMs);
let state = "connecting";
let troubleSinceMs = null;
let busy = false;
let again = false;
let arrived = new Set();

const nowMs = () => Date.now() + skewMs;
const fill = (word, values) => word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });

function ago(atMs) {
  const seconds = Math.floor((nowMs() - atMs) / 1000);
  if (seconds < 1) return words.ago_now;
  if (seconds < 60) return fill(words.ago_s, { n: seconds });
  if (seconds < 3600) return fill(words.ago_min, { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return fill(words.ago_h, { n: Math.floor(seconds / 3600) });
  return fill(words.ago_d, { n: Math.floor(seconds / 86400) });
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function tick() {
  for (const node of document.querySelectorAll(".ago[data-at-ms]")) put(node, ago(Number(node.dataset.atMs)));
  put(document.getElementById("clock"), clock.format(nowMs()));
  if (performance.now() - heardAt > SILENT_MS) show("lost");
}

function show(next) {
  const since = troubleSinceMs ?? goodAtMs;
  const bad = next === "lost";
  const text = fill(troubleSinceMs === null ? words.lost_since : words.store_lost_since, { time: clock.format(since) });
  put(document.getElementById("lost-words"), text);
  if (next === state) return;
  state = next;
  live.dataset.state = next;
  put(document.getElementById("live-word"), words[next]);
  lost.hidden = !bad;
  body.classList.toggle("is-lost", bad);
}

function told() {
  const wrong = Number(content.firstElementChild?.dataset.wrong ?? 0);
  document.title = wrong ? `(${wrong}) ${title}` : title;
  for (const id of arrived) {
    for (const node of content.querySelectorAll(`[id^="wrong-${CSS.escape(id)}-"], [id^="episode-${CSS.escape(id)}-"]`)) {
      node.classList.add("arrived");
    }
  }
  arrived = new Set();
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(`/content?school=${school}`, { signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    morph(content, fresh.body);
    goodAtMs = Number(content.firstElementChild.dataset.atMs);
    troubleSinceMs = null;
    show("live");
    told();
    tick();
  } catch {
    // The stream tells whether the server is there; a refresh that failed is asked for again with its next word.
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function listen() {
  const stream = new EventSource(`/api/events?school=${school}`);
  const heard = () => {
    heardAt = performance.now();
  };
  stream.addEventListener("refreshed", (event) => {
    heard();
    skewMs = JSON.parse(event.data).at_ms - Date.now();
    refresh();
  });
  stream.addEventListener("transition", (event) => {
    heard();
    const change = JSON.parse(event.data);
    if (change.active) arrived.add(change.id);
  });
  stream.addEventListener("trouble", (event) => {
    heard();
    troubleSinceMs = JSON.parse(event.data).since_ms;
    show("lost");
  });
  stream.addEventListener("error", () => {
    show("lost");
    if (stream.readyState !== EventSource.CLOSED) return; // it comes back by itself
    setTimeout(listen, 2000);
  });
}

told();
tick();
setInterval(tick, 1000);
listen();
