"use strict";
(() => {
  // src/backoff.ts
  function backoff(attempt, min, max, jitter) {
    return Math.min(max, Math.min(max, min * 2 ** attempt) * (1 + jitter * (2 * Math.random() - 1)));
  }

  // src/emitter.ts
  function callUser(fn, self, args) {
    try {
      fn.apply(self, args);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
  function without(list, fn) {
    const index = list.findIndex((l) => l === fn || l.fn === fn);
    return list.filter((_, i) => i !== index);
  }
  var Emitter = class {
    #listeners = /* @__PURE__ */ new Map();
    /** Adds a listener; the same function added twice is called twice. */
    on(event, fn) {
      this.#listeners.set(event, [...this.#listeners.get(event) ?? [], fn]);
      return this;
    }
    /** Adds a listener for the next occurrence of an event only. */
    once(event, fn) {
      const wrapper = (...args) => {
        this.off(event, wrapper);
        fn.apply(this, args);
      };
      wrapper.fn = fn;
      return this.on(event, wrapper);
    }
    /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
    off(event, fn) {
      if (event === void 0) {
        this.#listeners.clear();
      } else if (!fn) {
        this.#listeners.delete(event);
      } else {
        const rest = without(this.#listeners.get(event) ?? [], fn);
        rest.length ? this.#listeners.set(event, rest) : this.#listeners.delete(event);
      }
      return this;
    }
    /** The listeners of an event. */
    listeners(event) {
      return (this.#listeners.get(event) ?? []).map((l) => l.fn ?? l);
    }
    /** Whether an event has listeners. */
    hasListeners(event) {
      return this.#listeners.has(event);
    }
    /** The same as `on`. */
    addEventListener(event, fn) {
      return this.on(event, fn);
    }
    /** The same as `off`. */
    removeListener(event, fn) {
      return this.off(event, fn);
    }
    /** The same as `off`. */
    removeEventListener(event, fn) {
      return this.off(event, fn);
    }
    /** The same as `off` without a listener. */
    removeAllListeners(event) {
      return this.off(event);
    }
    /** @internal Calls the listeners of an event. */
    _fire(event, ...args) {
      for (const fn of this.#listeners.get(event) ?? []) callUser(fn, this, args);
    }
  };

  // src/binary.ts
  function isBinary(value) {
    return typeof value === "object" && (ArrayBuffer.isView(value) || /^(ArrayBuffer|Blob|File)$/.test(nameOf(value)));
  }
  function nameOf(value) {
    return Object.prototype.toString.call(value).slice(8, -1);
  }
  function byteLength(value) {
    return "size" in value ? value.size : value.byteLength;
  }
  async function toBase64(value) {
    const data = "size" in value ? await value.arrayBuffer() : value;
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  }
  function fromBase64(text) {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
  }

  // src/timer.ts
  function after(ms, fn) {
    return setTimeout(fn, Math.min(ms, 2147483647));
  }

  // src/transports/transport.ts
  function transportError(message, description, context) {
    return Object.assign(new Error(message), { type: "TransportError", description, context });
  }
  var nothing = () => {
  };
  var Transport = class {
    constructor(_link) {
      this._link = _link;
    }
    _link;
    /** It is open (WebSocket only: polling opens by the handshake it brings). */
    onopen = nothing;
    /** A frame has come. */
    _onframe = nothing;
    /** It can take frames again. */
    _ondrain = nothing;
    /** It ended by itself. */
    _onend = nothing;
    /** Ends it; `_onend` is not called. */
    close() {
      this.onopen = this._onframe = this._ondrain = this._onend = nothing;
    }
    _fail(reason, message, description, context) {
      const { _onend } = this;
      this.close();
      _onend(reason, transportError(message, description, context));
    }
  };

  // src/transports/polling.ts
  var SEPARATOR = "";
  var PollingTransport = class extends Transport {
    name = "polling";
    #abort = new AbortController();
    #polling = false;
    #posting = false;
    #closed = false;
    #onpaused;
    get _busy() {
      return this.#posting;
    }
    get writable() {
      return !this.#posting && !this.#closed;
    }
    open() {
      void this.#poll();
    }
    /** Begins no more requests, and calls back once those on their way have ended. */
    _pause(onpaused) {
      this.#onpaused = onpaused;
      this.#settle();
    }
    /** Takes up a paused transport again. */
    _resume() {
      this.#onpaused = void 0;
      if (!this.#polling) void this.#poll();
    }
    send(queue) {
      this.#posting = true;
      void this.#post(queue.splice(0, this.#fitting(queue)));
    }
    close() {
      if (this.#closed) return;
      this.#closed = true;
      super.close();
      const abort = () => this.#abort.abort();
      if (this._link.id) fetch(this._link.url(this.name), { ...this.#init("1"), keepalive: true }).then(abort, abort);
      else abort();
    }
    /** How many frames from the front of the queue the server takes in one request: at least one. */
    #fitting(queue) {
      let size = 0;
      let count = 0;
      for (const frame of queue) {
        const text = typeof frame === "string";
        size += 1 + (text ? new TextEncoder().encode(frame).length : 1 + Math.ceil(byteLength(frame) / 3) * 4);
        if (count && size > this._link.maxPayload) break;
        count++;
      }
      return count;
    }
    async #poll() {
      this.#polling = true;
      while (!this.#closed && !this.#onpaused) {
        const text = await this.#request();
        for (const part of text?.split(SEPARATOR) ?? []) {
          this._onframe(part);
          await void 0;
        }
      }
      this.#polling = false;
      this.#settle();
    }
    async #post(frames) {
      const parts = frames.map(async (frame) => typeof frame === "string" ? frame : "b" + await toBase64(frame));
      await this.#request(Promise.all(parts));
      this.#posting = false;
      this.#settle();
      this._ondrain();
    }
    /** The text of an answer; nothing, if the transport failed or was closed meanwhile. */
    async #request(parts) {
      const message = `fetch ${parts ? "write" : "read"} error`;
      try {
        const response = await fetch(this._link.url(this.name), this.#init((await parts)?.join(SEPARATOR)));
        if (response.ok) return await response.text();
        this._fail("transport error", message, response.status, response);
      } catch (error) {
        this._fail("transport error", message, error);
      }
      return void 0;
    }
    #init(body) {
      const { withCredentials, extraHeaders } = this._link.opts;
      return {
        method: body === void 0 ? "GET" : "POST",
        body,
        headers: extraHeaders,
        credentials: withCredentials ? "include" : "same-origin",
        cache: "no-store",
        signal: this.#abort.signal
      };
    }
    #settle() {
      if (this.#onpaused && !this.#polling && !this.#posting && !this.#closed) this.#onpaused();
    }
  };

  // src/transports/websocket.ts
  function webSocketClass(link) {
    return link.opts.WebSocket ?? globalThis.WebSocket;
  }
  var WebSocketTransport = class extends Transport {
    name = "websocket";
    _busy = false;
    #ws;
    get writable() {
      return this.#ws?.readyState === 1 && !this.#ws.bufferedAmount;
    }
    open() {
      try {
        this.#connect(webSocketClass(this._link));
      } catch (error) {
        setTimeout(() => this._fail("transport error", "websocket error", error));
      }
    }
    #connect(Class) {
      if (!Class) throw new Error("no WebSocket class given");
      const { WebSocket: given, protocols = [], extraHeaders } = this._link.opts;
      const rest = given && extraHeaders ? [{ headers: extraHeaders }] : [];
      const ws = new Class(this._link.url(this.name), protocols, ...rest);
      this.#ws = ws;
      ws.binaryType = "arraybuffer";
      ws.onopen = () => this.onopen();
      ws.onmessage = ({ data }) => this._onframe(data);
      ws.onerror = (event) => this._fail("transport error", "websocket error", event, event);
      ws.onclose = (event) => this._fail("transport close", "websocket connection closed", event.code, event);
    }
    send(queue) {
      for (const frame of queue.splice(0)) this.#ws.send(frame);
      queueMicrotask(() => this._ondrain());
    }
    close() {
      super.close();
      this.#ws?.close();
    }
  };

  // src/url.ts
  function parseAddress(address = "", { secure, hostname, host = hostname, port } = {}) {
    const page = globalThis.location;
    const scheme = secure ?? page?.protocol !== "http:" ? "https://" : "http://";
    let text = address;
    if (!text || /^\/(?!\/)/.test(text)) {
      text = (host ? scheme + host + (port ? ":" + port : "") : page?.origin ?? "") + text;
    } else if (!/^\w+:\/\//.test(text)) text = scheme + text.replace(/^\/\//, "");
    const url = new URL(text.replace(/^ws/, "http"));
    const nsp = /^\w+:\/\/[^/?#]*([^?#]*)/.exec(text)[1] || "/";
    return { origin: url.origin, nsp, query: Object.fromEntries(url.searchParams) };
  }
  function enginePath({ path = "/socket.io", addTrailingSlash }) {
    return path.replace(/\/$/, "") + (addTrailingSlash === false ? "" : "/");
  }

  // src/engine.ts
  var PACKET_TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
  var PING = "2";
  var PONG = "3";
  var MESSAGE = "4";
  var UPGRADE = "5";
  var webSocketWorked = false;
  var Engine = class extends Emitter {
    id = "";
    maxPayload = Infinity;
    readyState = "opening";
    /** The transport in use. */
    transport;
    opts;
    #origin;
    #names;
    #queue = [];
    #probe;
    #upgrading = false;
    #patience = 0;
    #deadline = Infinity;
    #heartbeat;
    #onoffline = () => this.#end("transport close", transportError("network connection lost"));
    /** `origin` is the server's, as in `https://host:port`. */
    constructor(origin, opts) {
      super();
      this.#origin = origin;
      this.opts = opts;
      this.#names = [...opts.transports ?? ["polling", "websocket"]];
    }
    /** The address of this connection for a transport. */
    url(transport) {
      const params = new URLSearchParams({ ...this.opts.query, EIO: "4", transport });
      if (this.id) params.set("sid", this.id);
      const scheme = transport === "websocket" ? this.#origin.replace("http", "ws") : this.#origin;
      return `${scheme}${enginePath(this.opts)}?${params}`.replace(/\+/g, "%20");
    }
    /** Starts the handshake. */
    open() {
      const remembered = this.opts.rememberUpgrade && webSocketWorked && this.#names.includes("websocket");
      const name = remembered ? "websocket" : this.#names[0];
      this.#use(name === "websocket" ? new WebSocketTransport(this) : new PollingTransport(this));
      this.transport.open();
      if (!/\/\/(localhost|127\.|\[::1)/.test(this.#origin)) globalThis.addEventListener?.("offline", this.#onoffline);
    }
    /** Sends a message: text or binary. Nothing happens when the connection is closing or closed. */
    write(message) {
      if (this.readyState === "open" || this.readyState === "opening") {
        this._fire("packetCreate", { type: "message", data: message });
        this.#push(typeof message === "string" ? MESSAGE + message : message);
      }
    }
    /** Ends the connection once what was written has gone out. */
    close() {
      if (this.readyState === "opening") this.#end("forced close");
      else if (this.readyState === "open") {
        this.readyState = "closing";
        if (!this.#upgrading) this.#abandonProbe();
        this.#flush();
      }
      return this;
    }
    /**
     * Whether the server has been silent for too long. The heartbeat's timer tells too, but late where timers are
     * throttled or the machine slept; so everything that would write asks here first.
     */
    expired() {
      const expired = Date.now() > this.#deadline;
      if (expired) setTimeout(() => this.#end("ping timeout"));
      return expired;
    }
    #push(frame) {
      this.#queue.push(frame);
      this.#flush();
    }
    /** Goes on with what is to be done as soon as the transport is free: sending, then closing. */
    #flush() {
      if (!this.id || this.#upgrading || this.transport._busy) return;
      if (this.#queue.length) this.transport.send(this.#queue);
      else if (this.readyState === "closing") this.#end("forced close");
    }
    #use(transport) {
      this.transport = transport;
      transport._onframe = (data) => this.#receive(data);
      transport._ondrain = () => {
        if (!this.#queue.length) this._fire("drain");
        this.#flush();
      };
      transport._onend = (reason, details) => {
        if (this.readyState === "opening" && this.opts.tryAllTransports && this.#names.length > 1) {
          this.#names.splice(this.#names.indexOf(transport.name), 1);
          this.open();
        } else this.#end(reason, details);
      };
    }
    #receive(data) {
      if (this.readyState === "closed") return;
      try {
        if (typeof data !== "string") this.#message(data);
        else if (data[0] === "b") this.#message(fromBase64(data.slice(1)));
        else this.#packet(data.slice(0, 1), data.slice(1));
      } catch (error) {
        this.#end("transport error", transportError("server error", error));
      }
    }
    #packet(type, data) {
      const name = PACKET_TYPES[/[0-6]/.test(type) ? +type : -1];
      if (!name) throw new Error("unknown packet");
      if (type === MESSAGE) return this.#message(data);
      this._fire("packet", { type: name, data });
      if (name === "open" && this.readyState === "opening") this.#begin(JSON.parse(data));
      else if (name === "close") {
        this.id = "";
        this.#end("transport close");
      } else if (type === PING) {
        this.#expectPing();
        this._fire("ping");
        this.#push(PONG);
      }
    }
    #message(data) {
      this._fire("packet", { type: "message", data });
      this._fire("message", data);
    }
    #begin({ sid, upgrades, pingInterval, pingTimeout, maxPayload }) {
      this.id = sid;
      this.maxPayload = maxPayload || Infinity;
      this.#patience = pingInterval + pingTimeout;
      this.#expectPing();
      this.readyState = "open";
      webSocketWorked = this.transport.name === "websocket";
      this._fire("open");
      this.#flush();
      const wanted = this.opts.upgrade !== false && this.#names.includes("websocket") && upgrades.includes("websocket");
      if (wanted && this.transport.name === "polling" && webSocketClass(this)) this.#upgrade(this.transport);
    }
    #expectPing() {
      clearTimeout(this.#heartbeat);
      this.#deadline = Date.now() + this.#patience;
      this.#heartbeat = after(this.#patience, () => this.#end("ping timeout"));
    }
    /**
     * Tries a WebSocket while polling goes on; if it answers, lets polling come to its end, which keeps the order, and
     * goes over to it.
     */
    #upgrade(polling) {
      const socket = new WebSocketTransport(this);
      this.#probe = socket;
      socket.onopen = () => socket.send([PING + "probe"]);
      socket._onend = (_reason, details) => this.#abandonProbe(details);
      socket._onframe = (data) => {
        if (data !== PONG + "probe") return this.#abandonProbe(transportError("probe error"));
        this.#upgrading = true;
        polling._pause(() => {
          if (this.#probe !== socket) return;
          this.#probe = void 0;
          this.#upgrading = false;
          webSocketWorked = true;
          this.#use(socket);
          socket.send([UPGRADE]);
          this._fire("upgrade", socket);
          this.#flush();
        });
      };
      socket.open();
    }
    #abandonProbe(error) {
      const probe = this.#probe;
      if (!probe) return;
      this.#probe = void 0;
      probe.close();
      if (this.#upgrading) {
        this.#upgrading = false;
        this.transport._resume();
      }
      if (error) this._fire("upgradeError", error);
      this.#flush();
    }
    #end(reason, details) {
      if (this.readyState === "closed") return;
      this.readyState = "closed";
      clearTimeout(this.#heartbeat);
      globalThis.removeEventListener?.("offline", this.#onoffline);
      this.#probe?.close();
      this.transport.close();
      this.#queue.length = 0;
      if (reason === "transport error") this._fire("error", details);
      this._fire("close", reason, details);
    }
  };

  // src/options.ts
  function checkOptions(options) {
    if ("parser" in options) throw new Error('option "parser" is not supported');
    for (const name of options.transports ?? []) {
      if (name !== "polling" && name !== "websocket") throw new Error(`unknown transport "${name}"`);
    }
  }

  // src/parser.ts
  var protocol = 5;
  var CONNECT = 0;
  var DISCONNECT = 1;
  var EVENT = 2;
  var ACK = 3;
  var CONNECT_ERROR = 4;
  var HEADER = /^([0-4](?!\d*-)|[56](?=\d+-))(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/;
  var RESERVED = /* @__PURE__ */ new Set([
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener"
  ]);
  function encode(type, nsp, data, id) {
    const attachments = [];
    const replacer = function(key, value) {
      const found = isBinary(this[key]) ? this[key] : value;
      return isBinary(found) ? { _placeholder: true, num: attachments.push(found) - 1 } : value;
    };
    const mayHoldBinary = type === EVENT || type === ACK;
    const json = JSON.stringify(data, mayHoldBinary ? replacer : void 0);
    return [
      (attachments.length ? `${type + 3}${attachments.length}-` : type) + (nsp === "/" ? "" : nsp + ",") + (id ?? "") + (json ?? ""),
      ...attachments
    ];
  }
  var Decoder = class {
    #header;
    #attachments = [];
    /**
     * Takes what arrived and returns the packet it completes, if it does. Throws on anything a server must not send;
     * the decoder is of no use after that.
     */
    add(data) {
      if (typeof data === "string") {
        const header = HEADER.exec(data);
        if (this.#header || !header) throw invalid();
        this.#header = header;
      } else {
        if (!this.#header) throw invalid();
        this.#attachments.push(data);
      }
      return this.#attachments.length < +(this.#header[2] ?? 0) ? void 0 : this.#finish(this.#header);
    }
    #finish(header) {
      const attachments = this.#attachments.splice(0);
      this.#header = void 0;
      const binary = header[2];
      const json = header.input.slice(header[0].length);
      const packet = {
        type: binary ? +header[1] - 3 : +header[1],
        nsp: header[3] ?? "/",
        data: json ? JSON.parse(json, binary ? (_, value) => fill(value, attachments) : void 0) : void 0
      };
      if (header[4]) packet.id = +header[4];
      if (!isValid(packet)) throw invalid();
      return packet;
    }
  };
  function fill(value, attachments) {
    if (value?._placeholder !== true) return value;
    const attachment = typeof value.num === "number" && attachments[value.num];
    if (!attachment) throw invalid();
    return attachment;
  }
  function invalid() {
    return new Error("invalid packet");
  }
  function isValid({ type, data }) {
    if (type === CONNECT_ERROR) return !!data;
    if (type !== EVENT && type !== ACK) return true;
    if (!Array.isArray(data)) return false;
    const name = data[0];
    return type === ACK || (typeof name === "string" || typeof name === "number") && !RESERVED.has(name);
  }

  // src/acks.ts
  var Acks = class {
    #pending = /* @__PURE__ */ new Map();
    /** Waits for the answer `id`. With `timeout` (ms), the callback takes an error first and `onexpire` is called then. */
    add(id, callback, timeout, onexpire) {
      const entry = { callback, withError: timeout !== void 0 };
      if (timeout !== void 0) {
        entry.timer = after(timeout, () => {
          onexpire();
          this.fail(id, "operation has timed out");
        });
      }
      this.#pending.set(id, entry);
    }
    /** The answer has come; one that nobody waits for is ignored. */
    resolve(id, args) {
      const entry = this.#take(id);
      if (entry) callUser(entry.callback, void 0, entry.withError ? [null, ...args] : args);
    }
    /** There will be no answer. */
    fail(id, message) {
      const entry = this.#take(id);
      if (entry?.withError) callUser(entry.callback, void 0, [new Error(message)]);
    }
    /** There will be no answer to any but the ids given. */
    failAllBut(kept, message) {
      for (const id of [...this.#pending.keys()]) if (!kept.has(id)) this.fail(id, message);
    }
    #take(id) {
      const entry = this.#pending.get(id);
      this.#pending.delete(id);
      clearTimeout(entry?.timer);
      return entry;
    }
  };

  // src/catch-all.ts
  var CatchAllEmitter = class extends Emitter {
    #anyIncoming = [];
    #anyOutgoing = [];
    /** Adds a listener for every event that comes. */
    onAny(fn) {
      this.#anyIncoming = [...this.#anyIncoming, fn];
      return this;
    }
    /** Adds a listener for every event that comes, before the others. */
    prependAny(fn) {
      this.#anyIncoming = [fn, ...this.#anyIncoming];
      return this;
    }
    /** Removes a listener for every event that comes, or all of them. */
    offAny(fn) {
      this.#anyIncoming = fn ? without(this.#anyIncoming, fn) : [];
      return this;
    }
    /** The listeners for every event that comes. */
    listenersAny() {
      return this.#anyIncoming;
    }
    /** Adds a listener for every event that is sent (when it is, not while it waits for a connection). */
    onAnyOutgoing(fn) {
      this.#anyOutgoing = [...this.#anyOutgoing, fn];
      return this;
    }
    /** Adds a listener for every event that is sent, before the others. */
    prependAnyOutgoing(fn) {
      this.#anyOutgoing = [fn, ...this.#anyOutgoing];
      return this;
    }
    /** Removes a listener for every event that is sent, or all of them. */
    offAnyOutgoing(fn) {
      this.#anyOutgoing = fn ? without(this.#anyOutgoing, fn) : [];
      return this;
    }
    /** The listeners for every event that is sent. */
    listenersAnyOutgoing() {
      return this.#anyOutgoing;
    }
    /** @internal Calls the listeners for every event that comes. */
    _incoming(args) {
      for (const fn of this.#anyIncoming) callUser(fn, this, args);
    }
    /** @internal Calls the listeners for every event that is sent. */
    _outgoing(args) {
      for (const fn of this.#anyOutgoing) callUser(fn, this, args);
    }
  };

  // src/retry-queue.ts
  var RetryQueue = class {
    #entries = [];
    #sender;
    #retries;
    constructor(sender, retries) {
      this.#sender = sender;
      this.#retries = retries;
    }
    get length() {
      return this.#entries.length;
    }
    /** Adds an event; with `deadline` (ms), it is given up then even if it could never be sent. */
    add(args, timeout, callback, deadline) {
      const entry = { args, timeout, callback, tries: 0, inFlight: false };
      if (deadline !== void 0) {
        entry.deadline = after(deadline, () => this.#settle(entry, new Error("operation has timed out")));
      }
      this.#entries.push(entry);
      this.drain();
    }
    /** Takes out one event, fails it with `error`, and returns its arguments. The queue must not be empty. */
    drop(which, error) {
      const entry = this.#entries.at(which === "drop-oldest" ? 0 : -1);
      this.#settle(entry, error);
      return entry.args;
    }
    /** Sends the first event unless it is on its way; after a reconnect (`force`) it is sent again. */
    drain(force = false) {
      const entry = this.#entries[0];
      if (!entry || !this.#sender.connected || entry.inFlight && !force) return;
      entry.inFlight = true;
      const attempt = ++entry.tries;
      this.#sender._send(entry.args, entry.timeout ?? Infinity, (error, ...args) => {
        if (attempt !== entry.tries || !this.#entries.includes(entry)) return;
        entry.inFlight = false;
        if (!error || attempt > this.#retries) this.#settle(entry, error, args);
        else this.drain();
      });
    }
    #settle(entry, error, args = []) {
      const index = this.#entries.indexOf(entry);
      if (index < 0) return;
      this.#entries.splice(index, 1);
      clearTimeout(entry.deadline);
      const { callback } = entry;
      if (callback) queueMicrotask(() => callUser(callback, void 0, [error, ...args]));
      this.drain();
    }
  };

  // src/socket.ts
  var DEFAULT_ACK_TIMEOUT = 3e4;
  var BUFFER_FULL = "buffer is full (bufferLimit)";
  var Socket = class extends CatchAllEmitter {
    /** @internal Use `io()` or `manager.socket()`. */
    constructor(io2, nsp, options = {}) {
      super();
      this.io = io2;
      this.nsp = nsp;
      this.#options = options;
      this.auth = options.auth ?? {};
      if (options.retries) this.#retryQueue = new RetryQueue(this, options.retries);
    }
    io;
    nsp;
    /** The id that the server gave; undefined while not connected. */
    id;
    /** Whether it is in the namespace. */
    connected = false;
    /** Whether the last connect went on with the session before it: same id and rooms, and nothing missed. */
    recovered = false;
    /** What is sent to the server's middleware at each connect; may be exchanged at any time. */
    auth;
    /** Packets that wait for the connection. */
    sendBuffer = [];
    /** Arguments of events that came before the namespace was joined. */
    receiveBuffer = [];
    #options;
    #acks = new Acks();
    #retryQueue;
    #flags = {};
    #nextId = 0;
    #wanted = false;
    /** Counts what makes an answer of `auth` outdated. */
    #joins = 0;
    /** Whether a CONNECT is on its way. */
    #joining = false;
    #sessionId;
    #offset;
    /** Whether it is not in the namespace. */
    get disconnected() {
      return !this.connected;
    }
    /** Whether it is connected, or will be as soon as the connection allows. */
    get active() {
      return this.#wanted;
    }
    /** Connects, unless connected or connecting. */
    connect() {
      if (this.connected) return this;
      const already = this.#wanted;
      this.#wanted = true;
      this.io = this.io._home(this);
      if (!this.io._reconnecting) this.io.open();
      if (!already && this.io._readyState === "open") this._onopen();
      return this;
    }
    /** The same as `connect`. */
    open() {
      return this.connect();
    }
    /** Leaves the namespace, for good unless `connect` is called; what was emitted before still goes out. */
    disconnect() {
      const { connected } = this;
      if (connected) this.io._write(encode(DISCONNECT, this.nsp));
      this.#leave();
      if (connected) this._onclose("io client disconnect");
      return this;
    }
    /** The same as `disconnect`. */
    close() {
      return this.disconnect();
    }
    /** Emits "message". */
    send(...args) {
      return this.emit("message", ...args);
    }
    /**
     * Sends an event; a last argument that is a function is called with the acknowledgement. While not connected the
     * event waits. Throws for reserved names, arguments that JSON cannot hold, and a full buffer (option `bufferPolicy`).
     */
    emit(event, ...params) {
      const args = [event, ...params];
      this.#dispatch(args, typeof args.at(-1) === "function" ? args.pop() : void 0);
      return this;
    }
    /**
     * Sends an event and resolves with its acknowledgement. Rejects when that has not come in time (`timeout()`, else
     * option `ackTimeout`, else 30 s; with `retries`, so often), when the socket is disconnected, and where `emit` throws.
     */
    emitWithAck(event, ...args) {
      return new Promise((resolve, reject) => {
        const callback = (error, answer) => error ? reject(error) : resolve(answer);
        this.#dispatch([event, ...args], callback, DEFAULT_ACK_TIMEOUT);
      });
    }
    /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
    timeout(ms) {
      this.#flags.timeout = ms;
      return this;
    }
    /** Makes the next `emit` drop its event if it cannot go to the network at once. */
    get volatile() {
      this.#flags.volatile = true;
      return this;
    }
    /** Does nothing: for programs that also run on the official client. */
    compress(_compress) {
      return this;
    }
    /** `patience` is the timeout where none was set, for a caller that must hear of the end in any case. */
    #dispatch(args, callback, patience) {
      const { timeout = this.#options.ackTimeout ?? patience, volatile } = this.#flags;
      this.#flags = {};
      if (RESERVED.has(args[0])) throw new Error(`"${args[0]}" is a reserved event name`);
      const retryQueue = this.#retryQueue;
      if (!retryQueue || volatile) return this._send(args, timeout, callback, volatile);
      const overflow = this.#overflow(retryQueue.length);
      retryQueue.add(args, timeout, callback, patience && timeout * (this.#options.retries + 1));
      if (overflow) this.#tellDropped(retryQueue.drop(overflow, new Error(BUFFER_FULL)));
    }
    /** @internal Sends an event now or, unless it is volatile, when connected. */
    _send(args, timeout, callback, volatile = false) {
      const id = callback && this.#nextId++;
      const packet = { id, args, encoded: encode(EVENT, this.nsp, args, id) };
      const online = this.connected && !this.io.engine.expired();
      const overflow = online || volatile ? void 0 : this.#overflow(this.sendBuffer.length);
      if (callback) this.#acks.add(id, callback, timeout, () => this.#forget(id));
      if (volatile && !(online && this.io.engine.transport.writable)) this.#failSoon(packet, "volatile event not sent");
      else if (online) this.#transmit(packet);
      else this.sendBuffer.push(packet);
      if (overflow) {
        const dropped = this.sendBuffer.splice(overflow === "drop-oldest" ? 0 : -1, 1)[0];
        this.#failSoon(dropped, BUFFER_FULL);
        this.#tellDropped(dropped.args);
      }
    }
    /** What to do about one packet too many, if there is. Throws when that is to refuse it. */
    #overflow(length) {
      const { bufferLimit = 1e4, bufferPolicy = "error" } = this.#options;
      if (length < bufferLimit) return void 0;
      if (bufferPolicy === "error") throw new Error(BUFFER_FULL);
      return bufferPolicy;
    }
    #tellDropped(args) {
      if (!this.io.hasListeners("drop")) console.warn(BUFFER_FULL, args);
      this.io._fire("drop", args, this);
    }
    /** Not at once: a callback must not run inside of the `emit` that it was given to. */
    #failSoon({ id }, message) {
      if (id !== void 0) queueMicrotask(() => this.#acks.fail(id, message));
    }
    #forget(id) {
      this.sendBuffer = this.sendBuffer.filter((waiting) => waiting.id !== id);
    }
    #transmit({ args, encoded }) {
      this._outgoing(args);
      this.io._write(encoded);
    }
    /** @internal The Manager is connected: asks for the auth data and joins the namespace. */
    _onopen() {
      if (!this.#wanted || this.io._stale.has(this.nsp)) return;
      const join = ++this.#joins;
      const { auth } = this;
      const send = (data) => {
        if (join !== this.#joins) return;
        const session = this.#sessionId && { pid: this.#sessionId, offset: this.#offset };
        const encoded = encode(CONNECT, this.nsp, { ...session, ...data });
        this.#joins++;
        this.#joining = true;
        this.io._write(encoded);
      };
      const ask = typeof auth === "function" ? auth : (callback) => callback(auth);
      new Promise((resolve) => resolve(ask.call(this, send))).then((data) => ask.length || send(data)).catch((error) => join === this.#joins && this.#refuse(error));
    }
    /** @internal The connection is lost, or the namespace left. */
    _onclose(reason, details) {
      this.connected = this.#joining = false;
      this.#joins++;
      this.id = void 0;
      this._fire("disconnect", reason, details);
      this.#acks.failAllBut(new Set(this.sendBuffer.map(({ id }) => id)), "socket has been disconnected");
    }
    /** @internal A packet for this namespace has come. */
    _onpacket({ type, data, id }) {
      if (type === EVENT) {
        if (id !== void 0) data.push(this.#answer(id));
        if (this.connected) this.#deliver(data);
        else this.receiveBuffer.push(data);
      } else if (type === ACK) {
        this.#acks.resolve(id, data);
      } else if (type === CONNECT) {
        this.#joining = false;
        if (data?.sid) this.#onconnect(data.sid, data.pid);
        else this.#refuse(new Error("the server speaks Socket.IO 2"));
      } else if (type === CONNECT_ERROR) {
        this.#joining = false;
        this.#refuse(Object.assign(new Error(data.message ?? data), { data: data.data }));
      } else {
        this.#leave();
        this._onclose("io server disconnect");
      }
    }
    #onconnect(id, sessionId) {
      this.recovered = !!sessionId && sessionId === this.#sessionId;
      if (!this.recovered) this.#offset = void 0;
      this.#sessionId = sessionId;
      this.id = id;
      this.connected = true;
      for (const packet of this.sendBuffer.splice(0)) this.#transmit(packet);
      this.#retryQueue?.drain(true);
      for (const args of this.receiveBuffer.splice(0)) this.#deliver(args);
      if (this.connected) this._fire("connect");
    }
    #deliver(args) {
      if (this.#sessionId && args.length > 1 && typeof args.at(-1) === "string") this.#offset = args.at(-1);
      this._incoming(args);
      this._fire(`${args[0]}`, ...args.slice(1));
    }
    /** The function that acknowledges an event: once, and only to the session that asked. */
    #answer(id) {
      const session = this.id;
      let answered = false;
      return (...args) => {
        if (answered || !this.connected || (session ?? this.id) !== this.id) return;
        const encoded = encode(ACK, this.nsp, args, id);
        answered = true;
        this.io._write(encoded);
      };
    }
    #refuse(error) {
      this.#leave();
      this._fire("connect_error", error);
    }
    #leave() {
      this.#wanted = false;
      this.#joins++;
      if (this.#joining) this.io._stale.add(this.nsp);
      this.#joining = false;
      this.io._release(this);
    }
  };

  // src/manager.ts
  var DEFAULTS = {
    reconnection: true,
    reconnectionAttempts: Infinity,
    reconnectionDelay: 1e3,
    reconnectionDelayMax: 5e3,
    randomizationFactor: 0.5,
    timeout: 2e4
  };
  var shared = /* @__PURE__ */ new Map();
  var Manager = class _Manager extends Emitter {
    opts;
    /** The connection; another one after each reconnect. */
    engine;
    /** The sockets by namespace; one that was disconnected is not among them any more. */
    nsps = /* @__PURE__ */ Object.create(null);
    /** @internal */
    _readyState = "closed";
    /** @internal */
    _reconnecting = false;
    /** @internal Namespaces whose CONNECT is on its way although their socket has gone. */
    _stale = /* @__PURE__ */ new Set();
    /** @internal Its key in `shared`, if sockets made by `io()` may share it. */
    _key;
    #origin;
    /** Attempts to reconnect since the connection was lost. */
    #attempts = 0;
    #skipReconnect = false;
    #retryTimer;
    #decoder = new Decoder();
    #ononline = () => this.#retrySoon();
    /**
     * `uri` is the server's address; without it, options `host` and `port`, or the page's own server.
     * Throws on an invalid address or an unsupported option.
     */
    constructor(uri, opts = {}) {
      super();
      if (typeof uri === "object") {
        opts = uri;
        uri = void 0;
      }
      checkOptions(opts);
      this.opts = { ...opts };
      this.#origin = parseAddress(uri, opts).origin;
      if (opts.autoConnect !== false) this.open();
    }
    reconnection(value) {
      return this.#option("reconnection", value);
    }
    reconnectionAttempts(value) {
      return this.#option("reconnectionAttempts", value);
    }
    reconnectionDelay(value) {
      return this.#option("reconnectionDelay", value);
    }
    reconnectionDelayMax(value) {
      return this.#option("reconnectionDelayMax", value);
    }
    randomizationFactor(value) {
      return this.#option("randomizationFactor", value);
    }
    timeout(value) {
      return this.#option("timeout", value);
    }
    #option(key, value) {
      if (value === void 0) return this.opts[key] ?? DEFAULTS[key];
      this.opts[key] = value;
      return this;
    }
    /** The same as `open`. */
    connect(callback) {
      return this.open(callback);
    }
    /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
    open(callback) {
      if (this._readyState !== "closed") return this;
      this.#skipReconnect = false;
      this._readyState = "opening";
      this.#decoder = new Decoder();
      const engine = new Engine(this.#origin, this.opts);
      this.engine = engine;
      const on = (event, fn) => engine.on(event, (...args) => engine === this.engine && this._readyState !== "closed" && fn(...args));
      const limit = this.timeout();
      const expire = () => {
        this.#onfail(new Error("timeout"), callback);
        engine.close();
      };
      const timer = limit === false ? void 0 : after(limit, expire);
      engine.on("open", () => clearTimeout(timer)).on("close", () => clearTimeout(timer));
      on("open", () => this.#onopen(callback));
      on("ping", () => this._fire("ping"));
      on("message", (data) => this.#ondata(data));
      on("close", (reason, details) => {
        if (this._readyState === "open") this.#onclose(reason, details);
        else this.#onfail(details ?? new Error(reason), callback);
      });
      engine.open();
      return this;
    }
    #active() {
      return Object.values(this.nsps).filter(({ active }) => active);
    }
    #onopen(callback) {
      this._readyState = "open";
      this._fire("open");
      for (const socket of this.#active()) socket._onopen();
      callback?.();
    }
    #onfail(error, callback) {
      this._readyState = "closed";
      this._fire("error", error);
      for (const socket of this.#active()) socket._fire("connect_error", error);
      if (callback) callback(error);
      else this.#reconnect();
    }
    #ondata(data) {
      let packet;
      try {
        packet = this.#decoder.add(data);
      } catch (error) {
        return this.#onclose("parse error", error);
      }
      if (!packet) return;
      this._fire("packet", packet);
      const { nsp, type } = packet;
      const socket = this.nsps[nsp];
      if ((type === CONNECT || type === CONNECT_ERROR) && this._stale.delete(nsp)) {
        if (type === CONNECT) this._write(encode(DISCONNECT, nsp));
        socket?._onopen();
      } else socket?._onpacket(packet);
    }
    #onclose(reason, details) {
      const { engine } = this;
      this._readyState = "closed";
      this._stale.clear();
      this.#attempts = 0;
      engine.close();
      this._fire("close", reason, details);
      for (const socket of this.#active()) socket._onclose(reason, details);
      this.#reconnect();
    }
    #reconnect() {
      if (this.#off() || this._reconnecting || this._readyState !== "closed") return;
      if (this.#attempts >= this.reconnectionAttempts()) {
        this.#attempts = 0;
        this._fire("reconnect_failed");
        return;
      }
      this._reconnecting = true;
      const delay = this.reconnectionDelay();
      this.#retryIn(backoff(this.#attempts++, delay, this.reconnectionDelayMax(), this.randomizationFactor()));
      globalThis.addEventListener?.("online", this.#ononline);
    }
    /** The network is back, so waiting longer is no use; but not all clients of a building should come in one instant. */
    #retrySoon() {
      clearTimeout(this.#retryTimer);
      this.#retryIn(Math.random() * Math.min(1e3, this.reconnectionDelay()));
    }
    #retryIn(ms) {
      this.#retryTimer = after(ms, () => this.#retry());
    }
    #off() {
      return this.#skipReconnect || !this.reconnection();
    }
    #stopWaiting() {
      clearTimeout(this.#retryTimer);
      globalThis.removeEventListener?.("online", this.#ononline);
    }
    #retry() {
      this.#stopWaiting();
      if (!this.#off()) this._fire("reconnect_attempt", this.#attempts);
      this._reconnecting = !this.#off();
      if (!this._reconnecting) return;
      this.open((error) => {
        this._reconnecting = false;
        if (error) {
          this._fire("reconnect_error", error);
          this.#reconnect();
        } else {
          const attempt = this.#attempts;
          this.#attempts = 0;
          this._fire("reconnect", attempt);
        }
      });
    }
    /** The socket of a namespace, made when there is none. */
    socket(nsp, opts) {
      const socket = this.nsps[nsp] ?? new Socket(this, nsp, opts);
      this._home(socket);
      if (this.opts.autoConnect !== false && !socket.active) socket.connect();
      return socket;
    }
    /**
     * @internal The Manager for a socket that wants to connect: this one, or another if this one has since got another
     * socket for its namespace.
     */
    _home(socket) {
      const other = this.nsps[socket.nsp];
      if (other && other !== socket) {
        return new _Manager(this.#origin, { ...this.opts, autoConnect: false })._home(socket);
      }
      this.nsps[socket.nsp] = socket;
      if (this._key && !shared.has(this._key)) shared.set(this._key, this);
      return this;
    }
    /** @internal Sends an encoded packet. */
    _write(encoded) {
      for (const part of encoded) this.engine.write(part);
    }
    /** @internal Forgets a socket, and closes the connection when no other one uses it. */
    _release(socket) {
      if (this.nsps[socket.nsp] === socket) delete this.nsps[socket.nsp];
      if (this.#active().length) return;
      this._close();
      if (shared.get(this._key) === this) shared.delete(this._key);
    }
    /** @internal Closes the connection, for good unless it is opened again. */
    _close() {
      this.#skipReconnect = true;
      this._reconnecting = false;
      this.#stopWaiting();
      if (this._readyState === "open") this.#onclose("forced close");
      else if (this._readyState === "opening") {
        this._readyState = "closed";
        this.engine.close();
      }
    }
  };

  // src/index.ts
  function lookup(uri, opts = {}) {
    if (typeof uri === "object") {
      opts = uri;
      uri = void 0;
    }
    const { origin, nsp, query } = parseAddress(uri, opts);
    if (!opts.query && Object.keys(query).length) opts = { ...opts, query };
    const key = origin + enginePath(opts);
    const cached = shared.get(key);
    const alone = opts.forceNew || opts.multiplex === false || cached && nsp in cached.nsps;
    const manager = !alone && cached || new Manager(origin, opts);
    if (!alone) manager._key = key;
    return manager.socket(nsp, opts);
  }
  var io = /* @__PURE__ */ Object.assign(lookup, { io: lookup, connect: lookup, Manager, Socket, protocol });

  // src/umd.ts
  if (typeof module === "object" && module.exports) module.exports = io;
  else if (typeof define === "function" && define.amd) define(() => io);
  else globalThis.io = io;
})();
//# sourceMappingURL=socket.io.js.map
