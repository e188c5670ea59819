// The playground: a chat on our own client. The connection is in connection.js, what is said in chat.js, what is
// shown in view.js; here they are put together, and what people do with keys and buttons is passed on.

import { Chat } from "./chat.js";
import { Connection } from "./connection.js";
import { byId, paintAvatar, soon, span } from "./dom.js";
import { View } from "./view.js";

const path = document.querySelector('meta[name="socket-io-path"]').content;
const me = { name: "" };
let session;

// --- the name ---

const FIRST = ["Curious", "Gentle", "Brave", "Quiet", "Merry", "Swift", "Clever", "Sunny"];
const SECOND = ["Otter", "Heron", "Badger", "Lynx", "Finch", "Marten", "Hare", "Tern"];

function remembered(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return ""; // Storage may be forbidden; then nothing is remembered.
  }
}

function remember(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

function suggestion() {
  const pick = (words) => words[Math.floor(Math.random() * words.length)];
  return `${pick(FIRST)} ${pick(SECOND)}`;
}

function askName(error = "") {
  const field = byId("name");
  field.value = me.name || remembered("name") || suggestion();
  paintAvatar(byId("name-avatar"), field.value);
  byId("name-error").textContent = error;
  if (!byId("welcome").open) byId("welcome").showModal();
  field.select();
}

function onName() {
  const name = byId("name").value.trim();
  if (!name) return;
  byId("welcome").close();
  const changed = name !== me.name;
  me.name = name;
  remember("name", name);
  if (!session) start();
  else if (changed || session.connection.state === "refused") session.connection.rename(name);
  session.view.showMe();
  byId("text").focus();
}

// --- the session ---

function start() {
  let chat, view;
  const lists = soon(() => view.showLists());
  const connection = new Connection(path, me.name, {
    changed: () => {
      if (!view) return;
      view.showConnection();
      lists();
      if (connection.refusal && !byId("welcome").open) askName(connection.refusal);
    },
    back: (ms, attempts) => chat.note(`Back after ${span(ms)} and ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}`),
  });
  chat = new Chat(connection, (what, message, room) => {
    if (!view) return;
    if (what === "room") {
      view.showRoom();
      remember("rooms", JSON.stringify([...chat.rooms.keys()]));
    } else if (what === "added") {
      view.addMessage(message, room);
      lists();
    } else if (what === "message") {
      view.updateMessage(message);
    } else {
      lists();
    }
  });
  view = new View(chat, connection, me);
  session = { chat, connection, view };
  for (const room of startRooms()) chat.enter(room);
  chat.show(chat.rooms.keys().next().value);
  view.showConnection();
  setInterval(() => view.showBanner(), 100);
}

function startRooms() {
  try {
    const rooms = JSON.parse(remembered("rooms"));
    if (Array.isArray(rooms) && rooms.length && rooms.every((room) => typeof room === "string")) return rooms;
  } catch {
    // Nothing is remembered.
  }
  return ["lobby"];
}

// --- panels, on screens too narrow for them ---

const narrow = matchMedia("(max-width: 760px)");
const panels = [
  [byId("show-rooms"), byId("rooms-panel")],
  [byId("show-people"), byId("people-panel")],
];

function openPanel(which) {
  for (const [button, panel] of panels) {
    const open = panel === which;
    panel.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  }
  byId("scrim").hidden = !which;
  if (which) which.querySelector("button, input")?.focus();
}

for (const [button, panel] of panels) {
  button.addEventListener("click", () => openPanel(panel.classList.contains("open") ? undefined : panel));
}
byId("scrim").addEventListener("click", () => openPanel());
document.addEventListener("keydown", (event) => {
  const open = panels.find(([, panel]) => panel.classList.contains("open"));
  if (event.key !== "Escape" || !open) return;
  openPanel();
  open[0].focus();
});

// --- what people do ---

byId("welcome-form").addEventListener("submit", (event) => {
  event.preventDefault();
  onName();
});
byId("welcome").addEventListener("cancel", (event) => {
  if (!session || session.connection.refusal) event.preventDefault();
});
byId("name").addEventListener("input", () => paintAvatar(byId("name-avatar"), byId("name").value));
byId("rename").addEventListener("click", () => askName());

byId("cut").addEventListener("click", () => {
  session.connection.cut();
  byId("text").focus();
});
byId("again").addEventListener("click", () => session.connection.again());

byId("new-room").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = byId("room-name").value.trim();
  if (!name) return;
  session.chat.enter(name);
  byId("room-name").value = "";
  openPanel();
  if (!narrow.matches) byId("text").focus();
});
for (const list of [byId("rooms"), byId("others")]) {
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-room]");
    if (!item) return;
    session.chat.enter(item.dataset.room);
    openPanel();
    if (!narrow.matches) byId("text").focus();
  });
}
byId("leave").addEventListener("click", () => session.chat.leave(session.chat.current.name));

const text = byId("text");

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

text.addEventListener("input", () => {
  grow();
  session.chat.typing(text.value.trim() !== "");
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const message = text.value.trim();
  if (!message || !session.chat.current) return;
  text.value = "";
  grow();
  session.chat.say(message);
  text.focus();
});
document.addEventListener("visibilitychange", () => document.hidden || session?.chat.seen());

// --- begin ---

if (remembered("name")) {
  me.name = remembered("name");
  start();
  session.view.showMe();
} else {
  askName();
}
