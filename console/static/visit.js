// A visit without a network: every entry goes into this browser's storage first, and leaves it only when the server has it.
// The same entry sent twice is one entry: its key is made once, here.
const words = JSON.parse(document.getElementById("visit").dataset.words);
const queueName = `lamplighter-visit-${document.getElementById("visit").dataset.visit}`;
const list = document.getElementById("waiting");
const state = document.getElementById("offline-state");
let sending = false;

const queue = () => JSON.parse(localStorage.getItem(queueName) ?? "[]");
const keep = (entries) => localStorage.setItem(queueName, JSON.stringify(entries));

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function shown(entry) {
  const said = Object.entries(entry.fields).filter(([name, value]) => value && !["key", "kind", "at_ms"].includes(name));
  return `${words[`entry_${entry.fields.kind}`]}: ${said.map(([, value]) => value).join(" · ")}`;
}

function draw() {
  const entries = queue();
  document.getElementById("waiting-title").hidden = entries.length === 0;
  list.replaceChildren(
    ...entries.map((entry) => {
      const item = document.createElement("li");
      item.textContent = shown(entry);
      if (entry.problems) {
        const why = document.createElement("b");
        why.className = "is-fail";
        why.textContent = ` ${words.refused}: ${entry.problems.join("; ")} `;
        const drop = document.createElement("button");
        drop.type = "button";
        drop.textContent = words.discard;
        drop.addEventListener("click", () => {
          keep(queue().filter((one) => one.fields.key !== entry.fields.key));
          draw();
        });
        item.append(why, drop);
      }
      return item;
    }),
  );
}

async function sendOne(entry) {
  const answer = await fetch(location.pathname, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(entry.fields),
    signal: AbortSignal.timeout(10000),
  });
  if (answer.status === 422) {
    entry.problems = (await answer.json()).problems;
    keep(queue().map((one) => (one.fields.key === entry.fields.key ? entry : one)));
    return false;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  keep(queue().filter((one) => one.fields.key !== entry.fields.key));
  return true;
}

async function send() {
  if (sending) return;
  sending = true;
  let kept = 0;
  try {
    for (const entry of queue().filter((one) => !one.problems)) kept += (await sendOne(entry)) ? 1 : 0;
  } catch {
    // No network or no server: what waits is tried again when either returns.
  } finally {
    sending = false;
    draw();
  }
  if (kept) location.reload();
}

for (const one of document.querySelectorAll("form.entry")) {
  one.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(one));
    keep([...queue(), { fields: { ...fields, key: newKey(), at_ms: String(Date.now()) } }]);
    for (const field of one.querySelectorAll("[data-fresh]")) field.value = "";
    draw();
    send();
  });
}

async function readyOffline() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/inspect/visit-worker.js", { scope: "/inspect/visits/" });
  await navigator.serviceWorker.ready;
  const cache = await caches.open("lamplighter-visits");
  const parts = [...document.querySelectorAll("link[href], script[src]")].map((node) => node.href || node.src);
  await cache.addAll([location.href, ...parts]);
  state.textContent = words.ready_offline;
  state.dataset.ready = "yes";
}

draw();
send();
addEventListener("online", send);
setInterval(send, 15000);
readyOffline().catch(() => {
  state.textContent = words.not_offline;
});
