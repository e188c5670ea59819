// What of the chat and the connection is on the screen.

import { avatar, byId, clock, el, icon, paintAvatar, span, svg, tint } from "./dom.js";

/** Messages of one author that follow each other within this time stand together. */
const TOGETHER = 5 * 60 * 1000;

const BARS = 40;

export class View {
  #elements = new Map();
  #last = undefined;

  constructor(chat, connection, me) {
    Object.assign(this, { chat, connection, me });
    this.log = byId("log");
    this.log.addEventListener("scroll", () => this.#nearEnd() && (byId("jump").hidden = true));
    byId("jump").addEventListener("click", () => this.#toEnd());
    // Whoever reads the end goes on reading it when the keyboard of a phone comes up.
    let followed = true;
    this.log.addEventListener("scroll", () => (followed = this.#nearEnd()));
    new ResizeObserver(() => followed && this.#toEnd()).observe(this.log);
  }

  // --- the connection ---

  showConnection() {
    const { state, transport, attempts, samples } = this.connection;
    const texts = {
      connecting: "Connecting…",
      online: "Connected",
      offline: attempts ? `Reconnecting, attempt ${attempts}` : "Connection lost",
      refused: "Not let in",
    };
    byId("link").dataset.state = state;
    setText(byId("link-text"), texts[state]);
    for (const item of byId("transports").children) {
      const current = item.dataset.transport === transport;
      item.classList.toggle("current", current);
      if (current) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    byId("cut").disabled = state !== "online";
    const latest = state === "online" ? samples.at(-1) : undefined;
    setText(byId("latency"), latest == null ? "–" : span(latest));
    this.#spark(samples);
    this.showBanner();
  }

  showBanner() {
    const { state, lostAt, attempts, refusal } = this.connection;
    const lost = lostAt > 0;
    byId("banner").hidden = !lost;
    if (!lost) return;
    const waiting = this.chat.waiting();
    const parts = [`Offline for ${((performance.now() - lostAt) / 1000).toFixed(1)} s`];
    if (state === "refused") parts.push(refusal || "the server has closed the door");
    else if (attempts) parts.push(`attempt ${attempts}`);
    if (waiting) parts.push(`${waiting} ${waiting === 1 ? "message waits" : "messages wait"}`);
    setText(byId("banner-text"), parts.join(" · "));
  }

  #spark(samples) {
    // The root, so that one slow answer does not flatten all others.
    const top = Math.sqrt(Math.max(4, ...samples.filter((ms) => ms !== null)));
    const width = 120 / BARS;
    const bars = Array.from({ length: BARS }, (_, i) => {
      const ms = samples[i - BARS + samples.length];
      const kind = ms === undefined ? "none" : ms === null ? "gap" : "bar";
      const height = { none: 1.5, gap: 24, bar: Math.max(1.5, (23 * Math.sqrt(ms)) / top) }[kind];
      return svg("rect", { class: kind, x: i * width + 0.5, y: 24 - height, width: width - 1, height, rx: 0.7 });
    });
    byId("spark").replaceChildren(...bars);
  }

  // --- lists ---

  showLists() {
    const { rooms, current, sizes } = this.chat;
    const unread = [...rooms.values()].reduce((sum, room) => sum + room.unread, 0);
    document.title = `${unread ? `(${unread}) ` : ""}Roomful playground`;
    badge(byId("all-unread"), unread);
    replace(byId("rooms"), [...rooms.values()].map((room) => this.#roomItem(room, room === current)));
    const others = [...sizes].filter(([name]) => !rooms.has(name)).sort(([a], [b]) => a.localeCompare(b));
    replace(byId("others"), others.map((other) => this.#otherItem(other)));
    byId("others-block").hidden = others.length === 0;
    this.#showPeople(current);
  }

  #roomItem(room, current) {
    const count = el("span", { class: "badge" });
    badge(count, room.unread);
    const size = room.joined ? String(room.people.size) : "";
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "item", "aria-current": current && "true", "data-room": room.name },
        el("span", { class: "hash", "aria-hidden": "true" }, "#"),
        el("span", { class: "item-name" }, room.name),
        count,
        el("span", { class: "item-size", title: "people in this room" }, size),
      ),
    );
  }

  #otherItem([name, count]) {
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "item", "data-room": name, "aria-label": `Join ${name}, ${count} in it` },
        el("span", { class: "hash", "aria-hidden": "true" }, "#"),
        el("span", { class: "item-name" }, name),
        el("span", { class: "item-size" }, String(count)),
      ),
    );
  }

  #showPeople(room) {
    const people = [...(room?.people ?? [])];
    const own = room?.own;
    people.sort(([a, name], [b, other]) => (b === own) - (a === own) || name.localeCompare(other));
    const items = people.map(([id, name]) =>
      el(
        "li",
        { class: "person" },
        avatar(name),
        el("span", { class: "item-name" }, name, id === own && el("small", {}, " you")),
        room.typing.has(id) && el("span", { class: "dots", title: "is typing" }, el("i"), el("i"), el("i")),
      ),
    );
    byId("people").replaceChildren(...items);
    byId("people").classList.toggle("stale", !room?.joined);
    setText(byId("people-count"), String(people.length));
    const typists = [...(room?.typing.keys() ?? [])].map((id) => room.people.get(id)).filter(Boolean);
    byId("typing").classList.toggle("on", typists.length > 0);
    setText(byId("typing-text"), typists.length ? typingText(typists) : "");
  }

  showMe() {
    setText(byId("my-name"), this.me.name);
    paintAvatar(byId("my-avatar"), this.me.name);
  }

  // --- messages ---

  showRoom() {
    const room = this.chat.current;
    this.#elements.clear();
    this.#last = undefined;
    setText(byId("room-title"), room ? `# ${room.name}` : "No room");
    byId("leave").hidden = !room;
    byId("text").disabled = !room;
    byId("text").placeholder = room ? `Message #${room.name}` : "Join a room to write";
    this.log.replaceChildren(...(room?.messages ?? []).map((message) => this.#messageItem(message)));
    if (!room?.messages.some(({ kind }) => kind !== "note")) this.log.prepend(this.#hint(room));
    this.#toEnd();
    this.showLists();
  }

  addMessage(message, room) {
    if (room !== this.chat.current) return;
    const follow = this.#nearEnd() || message.kind === "own";
    if (message.kind !== "note") this.log.querySelector(".hint")?.remove();
    this.log.append(this.#messageItem(message));
    if (follow) this.#toEnd();
    else if (message.kind !== "note") byId("jump").hidden = false;
  }

  updateMessage(message) {
    const meta = this.#elements.get(message);
    if (!meta) return;
    meta.closest(".message").dataset.state = message.state;
    meta.replaceChildren(...ownMeta(message));
  }

  #messageItem(message) {
    const last = this.#last;
    this.#last = message;
    if (message.kind === "note") return el("li", { class: "note" }, el("span", {}, message.text), ` · ${clock(message.at)}`);
    if (message.kind === "notice") return noticeItem(message);
    const together = last?.kind === message.kind && last.id === message.id && message.at - last.at < TOGETHER;
    const name = message.kind === "own" ? this.me.name : message.name;
    const own = message.kind === "own";
    const meta = el("span", { class: "meta" }, ...(own ? ownMeta(message) : [clock(message.at)]));
    if (own) this.#elements.set(message, meta);
    return tint(
      el(
        "li",
        { class: `message ${own ? "own" : "said"}${together ? " together" : ""}`, "data-state": message.state },
        !own && avatar(name),
        el(
          "div",
          { class: "body" },
          own || together ? el("span", { class: "sr" }, `${own ? "You" : name}: `) : el("strong", { class: "author" }, name),
          el("p", { class: "bubble" }, message.text),
          meta,
        ),
      ),
      name,
    );
  }

  #hint(room) {
    return el(
      "li",
      { class: "hint" },
      el("strong", {}, room ? `Welcome to #${room.name}` : "You are in no room"),
      room
        ? "Say something, or open this page in a second window. Cut the connection and go on writing: what you write waits, and is delivered when the connection is back."
        : "Join or create one in the list of rooms.",
    );
  }

  #nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    byId("jump").hidden = true;
  }
}

function ownMeta({ state, at, rtt, error }) {
  if (state === "waiting") return [icon("clock"), "waits for the connection"];
  if (state === "sending") return [icon("clock"), "on its way"];
  if (state === "failed") return [icon("alert"), `not delivered: ${error}`];
  return [clock(at), el("span", { class: "rtt", title: "from here to the server and back" }, icon("check"), span(rtt))];
}

function noticeItem({ text, at }) {
  const meta = el("span", { class: "meta" }, "pushed with POST /api/emit · ", clock(at));
  return el("li", { class: "notice" }, icon("push"), el("div", {}, el("p", {}, text), meta));
}

function typingText(names) {
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return `${names.length} people are typing`;
}

function badge(element, count) {
  element.hidden = count === 0;
  element.textContent = count > 99 ? "99+" : String(count);
  if (count) element.setAttribute("aria-label", `${count} unread`);
}

/** Exchanges the items of a list without taking the focus from who walks through it by keyboard. */
function replace(list, items) {
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.room;
  list.replaceChildren(...items);
  if (focused) list.querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
}

/** Only a change, as assistive technology reads out what is written anew. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
