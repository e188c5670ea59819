// What is known of the rooms, and what is said in them. It knows no page: it tells `changed(what, …)`.

const KEPT = 500;
const TYPING_LASTS = 3500;
const TYPING_AGAIN = 1500;
const ANSWER_WITHIN = 8000;

class Room {
  messages = [];
  /** Keys of messages, so that one that was sent twice over a lost connection shows once. */
  keys = new Set();
  people = new Map();
  /** The id that the server knew us by when it told us of the people. */
  own = undefined;
  /** Who types: timers by id. */
  typing = new Map();
  unread = 0;
  /** Whether the server has us in it at this moment. */
  joined = false;
  /** Why the server does not let us in. */
  refusal = "";

  constructor(name) {
    this.name = name;
  }
}

export class Chat {
  rooms = new Map();
  current = undefined;
  /** Sizes of all rooms of the server. */
  sizes = new Map();
  #typed = 0;

  constructor(connection, changed) {
    this.connection = connection;
    this.socket = connection.socket;
    this.changed = changed;
    this.#listen();
  }

  // --- rooms ---

  enter(name) {
    if (!this.rooms.has(name)) {
      this.rooms.set(name, new Room(name));
      if (this.socket.connected) this.#join(this.rooms.get(name));
    }
    this.show(name);
  }

  show(name) {
    const room = this.rooms.get(name);
    if (!room) return;
    this.current = room;
    room.unread = 0;
    this.changed("room");
  }

  leave(name) {
    const room = this.rooms.get(name);
    if (!room) return;
    this.rooms.delete(name);
    if (this.socket.connected) this.socket.emit("leave", name);
    if (this.current === room) this.current = this.rooms.values().next().value;
    this.changed("room");
  }

  /** The page is looked at again. */
  seen() {
    if (this.current?.unread) {
      this.current.unread = 0;
      this.changed("lists");
    }
  }

  // --- messages ---

  say(text) {
    const room = this.current;
    const key = crypto.getRandomValues(new Uint32Array(3)).join("-");
    this.#add(room, { kind: "own", key, text, at: Date.now(), state: "waiting", room: room.name });
    this.#flush(room);
    this.#typed = 0;
    if (this.socket.connected) this.socket.volatile.emit("typing", room.name, false);
  }

  typing(whether) {
    const now = performance.now();
    if (!this.current?.joined || !this.socket.connected) return;
    if (whether ? now - this.#typed < TYPING_AGAIN : !this.#typed) return;
    this.#typed = whether ? now : 0;
    this.socket.volatile.emit("typing", this.current.name, whether);
  }

  /** A line of the page's own in every room. */
  note(text) {
    for (const room of this.rooms.values()) this.#add(room, { kind: "note", text, at: Date.now() });
  }

  waiting() {
    return [...this.rooms.values()].flatMap(({ messages }) => messages.filter(({ state }) => state === "waiting")).length;
  }

  // --- inside ---

  #listen() {
    const on = (event, act) => this.socket.on(event, act);
    on("connect", () => this.rooms.forEach((room) => this.#join(room)));
    on("disconnect", () => {
      for (const room of this.rooms.values()) {
        room.joined = false;
        room.typing.clear();
      }
      this.changed("lists");
    });
    on("rooms", (sizes) => {
      this.sizes = new Map(sizes.map(({ room, count }) => [room, count]));
      this.changed("lists");
    });
    on("room", ({ room, count }) => {
      if (count) this.sizes.set(room, count);
      else this.sizes.delete(room);
      this.changed("lists");
    });
    on("joined", (name, { id, name: person }) => {
      const room = this.rooms.get(name);
      if (!room?.joined) return;
      room.people.set(id, person);
      this.#add(room, { kind: "note", text: `${person} joined`, at: Date.now() });
    });
    on("left", (name, id) => {
      const room = this.rooms.get(name);
      const person = room?.people.get(id);
      if (!room?.joined || person === undefined) return;
      room.people.delete(id);
      room.typing.delete(id);
      this.#add(room, { kind: "note", text: `${person} left`, at: Date.now() });
    });
    on("typing", (name, id, whether) => this.#onTyping(this.rooms.get(name), id, whether));
    on("said", (said) => this.#onSaid(this.rooms.get(said.room), said));
    on("notice", (data) => this.#onNotice(data));
  }

  #onTyping(room, id, whether) {
    if (!room?.people.has(id)) return;
    clearTimeout(room.typing.get(id));
    room.typing.delete(id);
    if (whether) room.typing.set(id, setTimeout(() => this.#onTyping(room, id, false), TYPING_LASTS));
    this.changed("lists");
  }

  #onSaid(room, { id, name, text, key, at }) {
    if (!room || room.keys.has(key)) return;
    this.#onTyping(room, id, false);
    if (room !== this.current || document.hidden) room.unread++;
    this.#add(room, { kind: "said", id, name, text, key, at });
  }

  /** Pushed with POST /api/emit: a text, or `{ room, text }`. */
  #onNotice(data) {
    const room = this.rooms.get(data?.room) ?? this.current;
    const value = typeof data === "object" && data && "text" in data ? data.text : data;
    const text = (typeof value === "string" ? value : JSON.stringify(value) ?? "").slice(0, 2000);
    if (!room) return;
    if (room !== this.current) room.unread++;
    this.#add(room, { kind: "notice", text, at: Date.now() });
  }

  #join(room) {
    this.socket.timeout(ANSWER_WITHIN).emit("join", room.name, (error, answer) => {
      if (this.rooms.get(room.name) !== room) return;
      if (error) {
        // Without a connection the next one joins; on a slow one this does.
        if (this.socket.connected) this.#join(room);
        return;
      }
      if (answer.error) {
        room.refusal = answer.error;
        this.#add(room, { kind: "note", text: `You are not in this room: ${answer.error}`, at: Date.now() });
        return this.#flush(room);
      }
      Object.assign(room, { joined: true, refusal: "" });
      room.own = this.socket.id;
      room.people = new Map(answer.people.map(({ id, name }) => [id, name]));
      this.changed("lists");
      this.#flush(room);
    });
  }

  /** Sends what waits, in its order. */
  #flush(room) {
    if (!this.socket.connected || !(room.joined || room.refusal)) return;
    for (const message of room.messages) {
      if (message.state !== "waiting") continue;
      if (room.joined) this.#send(room, message);
      else this.changed("message", Object.assign(message, { state: "failed", error: room.refusal }));
    }
  }

  #send(room, message) {
    const { key, text } = message;
    const start = performance.now();
    message.state = "sending";
    this.socket.timeout(ANSWER_WITHIN).emit("say", { room: room.name, text, key }, (error, answer) => {
      if (error) {
        message.state = "waiting";
        this.#flush(room);
      } else if (answer.error) {
        Object.assign(message, { state: "failed", error: answer.error });
      } else {
        Object.assign(message, { state: "delivered", rtt: performance.now() - start, at: answer.at });
      }
      this.changed("message", message);
    });
    this.changed("message", message);
  }

  #add(room, message) {
    room.messages.push(message);
    if (message.key) room.keys.add(message.key);
    if (room.messages.length > KEPT) room.keys.delete(room.messages.shift().key);
    this.changed("added", message, room);
  }
}
