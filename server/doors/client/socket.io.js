"use strict";
(() => {
  // src/backoff.ts
  function backoff(attempt, { reconnectionDelay, reconnectionDelayMax, randomizationFactor }) {
    const delay = Math.min(reconnectionDelayMax, reconnectionDelay * 2 ** attempt);
    const low = delay * (1 - randomizationFactor);
    return low + Math.random() * (Math.min(reconnectionDelayMax, delay * (1 + randomizationFactor)) - low);
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
  var Emitter = class {
    #lists = /* @__PURE__ */ new Map();
    /** Adds a listener; the same function added twice is called twice. */
    on(event, fn, options) {
      const signal = options?.signal;
      signal?.addEventListener("abort", () => this.off(event, fn));
      if (!signal?.aborted) this.#lists.set(event, [...this.listeners(event), fn]);
      return this;
    }
    /** Adds a listener for the next occurrence of an event only. */
    once(event, fn, options) {
      const wrapper = (...args) => {
        this.off(event, wrapper);
        fn.apply(this, args);
      };
      wrapper.fn = fn;
      return this.on(event, wrapper, options);
    }
    /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
    off(event, fn) {
      if (!event) this.#lists.clear();
      const list = fn ? [...this.listeners(event)] : [];
      list.splice(list.findIndex((listener) => listener === fn || listener.fn === fn) >>> 0, 1);
      this.#lists.set(event, list);
      return this;
    }
    /** The listeners of an event. */
    listeners(event) {
      return this.#lists.get(event) ?? [];
    }
    /** @internal Calls the listeners of an event. */
    _fire(event, ...args) {
      for (const fn of this.listeners(event)) callUser(fn, this, args);
    }
  };

  // src/transports/transport.ts
  function transportError(message, description, context) {
    return Object.assign(new Error(message), { type: "TransportError", description, context });
  }

  // src/transports/websocket.ts
  function webSocketClass({ opts }) {
    return opts.WebSocket ?? globalThis.WebSocket;
  }
  function websocket(link, owner) {
    let ws;
    const fail = (reason, message, description, context) => {
      const { _owner } = transport;
      transport._close();
      _owner?._onend(reason, transportError(message, description, context));
    };
    const transport = {
      name: "websocket",
      _owner: owner,
      _writable: () => ws?.readyState === 1 && !ws.bufferedAmount,
      _send(queue) {
        for (const frame of queue.splice(0)) ws.send(frame);
        queueMicrotask(() => transport._owner?._ondrain?.());
      },
      _close() {
        transport._owner = void 0;
        ws?.close();
      }
    };
    try {
      const { opts } = link;
      const Class = webSocketClass(link);
      if (!Class) throw new Error("no WebSocket given");
      const rest = opts.WebSocket ? [{ ...opts, auth: void 0, headers: opts.extraHeaders }] : [];
      ws = new Class(link._url("websocket").replace("http", "ws"), opts.protocols, ...rest);
      ws.binaryType = "arraybuffer";
      ws.onopen = () => transport._owner?._onopen?.();
      ws.onmessage = ({ data }) => transport._owner?._onframe(data);
      ws.onerror = (event) => fail("transport error", "websocket error", event, event);
      ws.onclose = (event) => fail("transport close", "websocket closed", event.code, event);
    } catch (error) {
      setTimeout(() => fail("transport error", "websocket error", error));
    }
    return transport;
  }

  // src/hooks.ts
  var hooks = { _transport: websocket };

  // src/page.ts
  function onPage(names, fn) {
    for (const name of names) globalThis.addEventListener?.(name, fn);
    return () => {
      for (const name of names) globalThis.removeEventListener?.(name, fn);
    };
  }

  // src/timer.ts
  function after(ms, fn) {
    return ms < 2 ** 31 ? setTimeout(fn, ms) : void 0;
  }

  // src/url.ts
  function parseAddress(address = "", opts = {}) {
    if (typeof address !== "string") return parseAddress("", address);
    const page = globalThis.location;
    const usual = opts.secure ?? page?.protocol !== "http:" ? "https:" : "http:";
    const [, scheme = usual, authority, path, query] = /^(?:(\w+:)?\/\/)?([^/?#]*)([^?#]*)(\??[^#]*)/.exec(address);
    const server = authority || hooks._server?.(opts);
    const url = new URL((server ? `${scheme}//${server}`.replace(/^ws/, "http") : page?.origin) + "/" + query);
    return { origin: url.origin, nsp: path || "/", opts: { query: Object.fromEntries(url.searchParams), ...opts } };
  }
  function enginePath({ path = "/socket.io", addTrailingSlash }) {
    return path.replace(/\/$/, "") + (addTrailingSlash === false ? "" : "/");
  }

  // src/engine.ts
  var OPEN = "0";
  var CLOSE = "1";
  var PING = "2";
  var PONG = "3";
  var MESSAGE = "4";
  var NOOP = "6";
  var MAX_RECONNECT_WITHIN = 6e4;
  function openEngine(origin, opts, owner) {
    const queue = [];
    let patience = 0;
    let deadline = Infinity;
    let heartbeat;
    const end = (reason, details) => {
      if (engine._isClosed) return;
      engine._isClosed = engine._isClosing = true;
      clearTimeout(heartbeat);
      leavePage();
      engine.transport._close();
      queue.length = 0;
      engine._fire("close", reason, details);
      engine._owner?._onclose(reason, details);
    };
    const flush = () => {
      if (!engine.id || engine.transport._busy?.()) return;
      if (queue.length) engine.transport._send(queue);
      else if (engine._isClosing) end("forced close");
    };
    const push = (frame) => {
      queue.push(frame);
      flush();
    };
    const expectPing = () => {
      clearTimeout(heartbeat);
      deadline = Date.now() + patience;
      heartbeat = after(patience, () => end("ping timeout"));
    };
    const onpacket = (type, data) => {
      if (type === MESSAGE) engine._owner?._onmessage(data);
      else if (type === PING) {
        expectPing();
        engine._owner?._onping();
        push(PONG);
      } else if (type === OPEN && !engine.id) {
        const { sid, pingInterval, pingTimeout } = engine._handshake = JSON.parse(data);
        engine.id = sid;
        patience = pingInterval + pingTimeout;
        expectPing();
        engine._owner?._onopen();
        flush();
        engine.transport._upgrade?.();
      } else if (type === CLOSE) {
        engine.id = "";
        end("transport close");
      } else if (type === NOOP) {
        const hint = /"reconnectWithin":(\d+)/.exec(data);
        if (hint) engine._reconnectWithin = Math.min(+hint[1], MAX_RECONNECT_WITHIN);
      } else if (!/[0356]/.test(type)) throw new Error("invalid packet");
    };
    const transportOwner = {
      _onframe(frame) {
        try {
          if (typeof frame === "string") engine._onpacket(frame[0], frame.slice(1));
          else engine._onpacket(MESSAGE, frame);
        } catch (error) {
          end("transport error", transportError("server error", error));
        }
      },
      _ondrain() {
        if (!queue.length) engine._fire("drain");
        flush();
      },
      _onend: end
    };
    const engine = Object.assign(new Emitter(), {
      id: "",
      opts,
      _owner: owner,
      _onpacket: onpacket,
      _url(transport) {
        const params = { ...opts.query, EIO: "4", transport };
        if (engine.id) params.sid = engine.id;
        return `${origin}${enginePath(opts)}?${new URLSearchParams(params)}`.replace(/\+/g, "%20");
      },
      _write(message) {
        if (!engine._isClosing) push(typeof message === "string" ? MESSAGE + message : message);
      },
      _expired() {
        return Date.now() > deadline && !!setTimeout(end, 0, "ping timeout");
      },
      close() {
        engine._isClosing = true;
        if (engine.id) flush();
        else end("forced close");
      }
    });
    hooks._observe?.(engine);
    engine.transport = hooks._transport(engine, transportOwner);
    const leavePage = onPage(["offline"], () => {
      if (!/\/\/(localhost|127\.)/.test(origin)) end("transport close", transportError("network connection lost"));
    });
    return engine;
  }

  // src/packet.ts
  var CONNECT = 0;
  var DISCONNECT = 1;
  var EVENT = 2;
  var ACK = 3;
  var CONNECT_ERROR = 4;
  var RESERVED = /^(connect(_error)?|disconnect(ing)?|(new|remove)Listener)$/;
  function isReserved(name) {
    return RESERVED.test(name);
  }
  function isValid({ type, data }) {
    if (type !== EVENT && type !== ACK) return true;
    return Array.isArray(data) && (type === ACK || /^(str|num)/.test(typeof data[0]) && !isReserved(data[0]));
  }

  // src/binary.ts
  function isBinary(value) {
    return ArrayBuffer.isView(value) || /ct (ArrayBuffer|Blob|File)]/.test(Object.prototype.toString.call(value));
  }
  function lengthOf(value) {
    return value.size ?? value.byteLength ?? value.length;
  }
  async function toBase64(value) {
    let text = "";
    const bytes = await new Response(value).arrayBuffer();
    for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
    return btoa(text);
  }
  function fromBase64(text) {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
  }

  // src/parser.ts
  var PACKET = /^([0-4](?!\d*-)|[56](?=\d+-))(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?(.*)/s;
  var Encoder = class {
    /** Throws what `JSON.stringify` throws (a circular structure, a BigInt). */
    encode({ type, nsp, data, id }) {
      const attachments = [];
      const replacer = function(key, value) {
        const found = isBinary(this[key]) ? this[key] : value;
        return isBinary(found) ? { _placeholder: true, num: attachments.push(found) - 1 } : value;
      };
      const json = JSON.stringify(data, type === EVENT || type === ACK ? replacer : void 0) ?? "";
      const head = attachments[0] ? `${type + 3}${attachments.length}-` : type;
      return [head + (nsp === "/" ? "" : nsp + ",") + (id ?? "") + json, ...attachments];
    }
  };
  var Decoder = class {
    /** The parts of a packet whose attachments are not all there yet. */
    #parts;
    #attachments = [];
    #ondecoded;
    /** Says who gets the packets. */
    on(_event, listener) {
      this.#ondecoded = listener;
    }
    /** Takes what arrived. Throws on anything a server must not send; the decoder is of no use after that. */
    add(data) {
      const isText = typeof data === "string";
      if (isText !== !this.#parts) throw invalid();
      if (isText) this.#parts = PACKET.exec(data);
      else this.#attachments.push(data);
      if (!this.#parts) throw invalid();
      if (this.#attachments.length >= +(this.#parts[2] ?? 0)) this.#finish(this.#parts);
    }
    /** There is nothing to let go of. */
    destroy() {
    }
    #finish([, type, count, nsp = "/", id, json]) {
      const attachments = this.#attachments;
      const fill = (_key, value) => {
        if (value?._placeholder !== true) return value;
        const attachment = typeof value.num === "number" && attachments[value.num];
        if (!attachment) throw invalid();
        return attachment;
      };
      this.#parts = null;
      this.#attachments = [];
      const packet = {
        type: +type - (count ? 3 : 0),
        nsp,
        data: json ? JSON.parse(json, count ? fill : void 0) : void 0
      };
      if (id) packet.id = +id;
      this.#ondecoded(packet);
    }
  };
  function invalid() {
    return new Error("invalid packet");
  }

  // src/bounded.ts
  function put(list, item, { bufferLimit = 1e4, bufferPolicy = "error" }) {
    const isFull = list.length >= bufferLimit;
    if (isFull && bufferPolicy === "error") throw eventDropped();
    list.push(item);
    return isFull ? list.splice(bufferPolicy === "drop-oldest" ? 0 : -1, 1)[0] : void 0;
  }
  function eventDropped() {
    return new Error("dropped: offline or buffer full");
  }

  // src/waiting.ts
  function expiry({ _timeout, _signal }, onexpire) {
    const timer = after(_timeout, () => onexpire(new Error("operation has timed out")));
    const onabort = () => onexpire(_signal.reason);
    _signal?.addEventListener("abort", onabort);
    return () => {
      clearTimeout(timer);
      _signal?.removeEventListener("abort", onabort);
    };
  }

  // src/socket.ts
  var SENT_AWAY = "io server disconnect";
  var DEFAULT_ACK_TIMEOUT = 3e4;
  var Socket = class extends Emitter {
    /** @internal Use `io()` or `manager.socket()`. */
    constructor(io3, nsp, options = {}) {
      super();
      this.io = io3;
      this.nsp = nsp;
      io3._home(this);
      this._options = options;
      this.auth = options.auth;
      if (options.retries) this.#retryQueue = hooks._retryQueue(this, options);
    }
    io;
    nsp;
    /** The id that the server gave; undefined while not connected. */
    id;
    /** Whether it is in the namespace. */
    connected = false;
    /** Whether it is connected, or will be as soon as the connection allows. */
    active = false;
    /** Whether the last connect went on with the session before it: same id and rooms, and nothing missed. */
    recovered = false;
    /** Why the last connect did not, if so. */
    notRecovered;
    /** What is sent to the server's middleware at each connect; may be exchanged at any time. */
    auth;
    /** Events that wait for the connection. */
    sendBuffer = [];
    /** Arguments of events that came before the namespace was joined. */
    receiveBuffer = [];
    /** @internal Tells features of what comes ("Any") and goes ("AnyOutgoing"), and of the end ("end"). */
    _bus = new Emitter();
    /** @internal Why it will not come back by itself, if so. */
    _why;
    /** @internal */
    _options;
    /** What waits for an acknowledgement, by its id. */
    #acks = /* @__PURE__ */ new Map();
    #retryQueue;
    #flags = {};
    #nextId = 0;
    /** @internal Counts what makes an answer of `auth` outdated. */
    _joins = 0;
    /** Whether a CONNECT is on its way. */
    #joining = false;
    /** @internal How often it has been turned away since it was connected. */
    _refusals = 0;
    #sessionId;
    #offset;
    /** Whether it is not in the namespace. */
    get disconnected() {
      return !this.connected;
    }
    /** Connects, unless connected or connecting. With `retryOnRefusal` and the like, does not wait for the next try. */
    connect() {
      if (this.connected) return this;
      this.active = true;
      this._why = void 0;
      this.io = this.io._home(this);
      if (!this.io._reconnecting) this.io.open();
      if (this.io._readyState === "open" && !this.#joining) this._onopen();
      return this;
    }
    /** Leaves the namespace, for good unless `connect` is called; what was emitted before still goes out. */
    disconnect() {
      const { connected } = this;
      if (connected) this.#write(DISCONNECT);
      this.#leave("io client disconnect");
      if (connected) this._onclose("io client disconnect");
      return this;
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
     * option `ackTimeout`, else 30 s; with `retries`, so often), when `signal()` aborts, when the socket is disconnected,
     * and where `emit` throws.
     */
    emitWithAck(event, ...args) {
      return new Promise((resolve, reject) => {
        const callback = (error, answer) => error ? reject(error) : resolve(answer);
        this.#dispatch([event, ...args], callback, DEFAULT_ACK_TIMEOUT);
      });
    }
    /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
    timeout(ms) {
      this.#flags._timeout = ms;
      return this;
    }
    /**
     * Makes the next `emit` call its acknowledgement with an error first, and with the signal's reason when that aborts;
     * if the event still waits for the connection then, it is not sent. It throws if the signal has aborted already.
     */
    signal(signal) {
      this.#flags._signal = signal;
      return this;
    }
    /** Makes the next `emit` drop its event if it cannot go to the network at once. */
    get volatile() {
      this.#flags._isVolatile = true;
      return this;
    }
    /** `patience` is the timeout where none was set, for a caller that must hear of the end in any case. */
    #dispatch(args, callback, patience) {
      const flags = this.#flags;
      this.#flags = {};
      flags._timeout ??= this._options.ackTimeout ?? patience;
      flags._signal?.throwIfAborted();
      if (isReserved(args[0])) throw new Error(`"${args[0]}" is a reserved event name`);
      if (this.#retryQueue && !flags._isVolatile) this._drop(this.#retryQueue._add(args, callback, flags, patience));
      else this._send(args, callback, flags);
    }
    /** @internal Sends an event now or, unless it is volatile, when connected. */
    _send(args, callback, flags) {
      const id = callback && this.#nextId++;
      const { engine } = this.io;
      const entry = { args, _encoded: this.io._encode({ type: EVENT, nsp: this.nsp, data: args, id }) };
      const isOnline = this.connected && !engine._expired();
      const dropped = isOnline || flags._isVolatile ? void 0 : put(this.sendBuffer, entry, this._options);
      if (callback) this.#await(id, entry, callback, flags);
      if (isOnline && (!flags._isVolatile || engine.transport._writable())) this.#transmit(entry);
      else if (flags._isVolatile) this.#fail(entry);
      this._drop(dropped);
    }
    #await(id, entry, callback, patience) {
      const withError = (patience._timeout ?? patience._signal) !== void 0;
      const cancel = expiry(patience, (error) => entry._settle(error));
      entry._settle = (error, ...answer) => {
        if (!this.#acks.delete(id)) return;
        cancel();
        this.sendBuffer = this.sendBuffer.filter((other) => other !== entry);
        if (!error || withError) callUser(callback, void 0, withError ? [error, ...answer] : answer);
      };
      this.#acks.set(id, entry);
    }
    /** @internal By the policy of a full buffer, an event is lost, if one is given. */
    _drop(entry) {
      if (!entry) return;
      const error = this.#fail(entry);
      if (!this.io.listeners("drop")[0]) console.warn(error, entry.args);
      this.io._fire("drop", entry.args, this);
    }
    /** An event is not sent; its callback hears of that later, not inside of the `emit` that it was given to. */
    #fail(entry) {
      const error = eventDropped();
      queueMicrotask(() => entry._settle?.(error));
      return error;
    }
    #write(type, data, id) {
      this.io._write({ type, nsp: this.nsp, data, id });
    }
    #transmit(entry) {
      entry._isSent = true;
      this._bus._fire("AnyOutgoing", ...entry.args);
      this.io._write(entry._encoded);
    }
    /** @internal The Manager is connected: asks for the auth data and joins the namespace. */
    async _onopen() {
      if (!this.active || this.io._stale.has(this.nsp)) return;
      this._why = void 0;
      const join = ++this._joins;
      try {
        const data = await this.#askAuth();
        if (join !== this._joins) return;
        this.#write(CONNECT, { pid: this.#sessionId, offset: this.#offset, ...data });
        this._joins++;
        this.#joining = true;
      } catch (error) {
        if (join === this._joins) this.#turnAway(error);
      }
    }
    #askAuth() {
      if (typeof this.auth !== "function") return this.auth;
      return this.auth.length ? new Promise((resolve) => this.auth(resolve)) : this.auth();
    }
    /** @internal The connection is lost, or the namespace left. */
    _onclose(reason, details) {
      this.connected = this.#joining = false;
      this._joins++;
      this.id = void 0;
      this._fire("disconnect", reason, details);
      for (const entry of this.#acks.values()) {
        if (entry._isSent) entry._settle(new Error("socket has been disconnected"));
      }
    }
    /** @internal A packet for this namespace has come. */
    _onpacket({ type, data, id }) {
      if (type === EVENT) {
        if (id !== void 0) data.push(this.#answer(id));
        if (this.connected) this.#deliver(data);
        else this.receiveBuffer.push(data);
      } else if (type === ACK) {
        this.#acks.get(id)?._settle(null, ...data);
      } else if (type === DISCONNECT) {
        this.#turnAway(SENT_AWAY);
      } else {
        this.#joining = false;
        if (type === CONNECT && data?.sid) this.#onconnect(data.sid, data.pid);
        else this.#turnAway(Object.assign(new Error(data?.message ?? data ?? "Socket.IO 2"), { data: data?.data }));
      }
    }
    #onconnect(id, sessionId) {
      const asked = this.#sessionId;
      this.#sessionId = sessionId;
      if (!sessionId) this.notRecovered = "unsupported";
      else if (!asked) this.notRecovered = "not asked";
      else this.notRecovered = asked === sessionId ? void 0 : "unknown";
      this.recovered = !this.notRecovered;
      if (!this.recovered) this.#offset = void 0;
      this.id = id;
      this.connected = true;
      this._refusals = 0;
      for (const packet of this.sendBuffer.splice(0)) this.#transmit(packet);
      this.#retryQueue?._drain();
      for (const args of this.receiveBuffer.splice(0)) this.#deliver(args);
      if (this.connected) this._fire("connect");
    }
    #deliver(args) {
      if (this.#sessionId && args.length > 1 && typeof args.at(-1) === "string") this.#offset = args.at(-1);
      this._bus._fire("Any", ...args);
      this._fire(`${args[0]}`, ...args.slice(1));
    }
    /** The function that acknowledges an event: once, and only to the session that asked. */
    #answer(id) {
      let join = this._joins;
      return (...args) => {
        if (join !== this._joins) return;
        this.#write(ACK, args, id);
        join = void 0;
      };
    }
    /** The server does not want this socket, or `auth` failed: tells that, and asks again later if that is wished for. */
    #turnAway(why) {
      const rejoin = hooks._rejoin?.(this, why);
      if (!rejoin) this.#leave(why);
      if (why === SENT_AWAY) this._onclose(why);
      else this._fire("connect_error", why);
      rejoin?.();
    }
    #leave(why) {
      this.active = false;
      this._joins++;
      if (this.#joining) this.io._stale.add(this.nsp);
      this.#joining = false;
      this.io._release(this);
      this._end(why);
    }
    /** @internal It will not come back by itself. */
    _end(why) {
      this._why = why;
      this._bus._fire("end", why);
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
  var PLAIN = { Encoder, Decoder };
  var nothing = () => {
  };
  var Manager = class _Manager extends Emitter {
    /** The options it was made with, and the changed settings. */
    opts;
    /** The connection; another one after each reconnect. */
    engine;
    /** The sockets by namespace; one that was disconnected is not among them any more. */
    nsps = {};
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
    #stopWaiting = nothing;
    /** Lets go of the connection. */
    #giveUp = nothing;
    /**
     * `uri` is the server's address; without it, options `host` and `port`, or the page's own server. Throws on an invalid
     * one, and when none of the transports is known.
     */
    constructor(uri, opts) {
      super();
      const address = parseAddress(uri, opts);
      const settings = this.opts = { ...DEFAULTS, ...address.opts };
      for (const name in DEFAULTS) settings[name] ??= DEFAULTS[name];
      this.#origin = address.origin;
      if (this.opts.autoConnect !== false) this.open();
    }
    /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
    open(callback) {
      if (this._readyState !== "closed") return this;
      this.#skipReconnect = false;
      const decoder = new (this.opts.parser ?? PLAIN).Decoder();
      decoder.on("decoded", (packet) => this.#onpacket(packet));
      const fail = (error) => {
        this.#giveUp();
        this.#each((socket) => socket._fire("connect_error", error));
        this._fire("error", error);
        if (callback) callback(error);
        else this.#reconnect(error);
      };
      const engine = openEngine(this.#origin, this.opts, {
        _onopen: () => {
          clearTimeout(timer);
          this._readyState = "open";
          this._fire("open");
          this.#each((socket) => socket._onopen());
          if (callback) callUser(callback, this, []);
        },
        _onping: () => this._fire("ping"),
        _onmessage: (data) => {
          try {
            decoder.add(data);
          } catch (error) {
            this.#onclose("parse error", error);
          }
        },
        _onclose: (reason, details) => {
          if (this._readyState === "open") this.#onclose(reason, details);
          else fail(details ?? new Error(reason));
        }
      });
      const timer = after(this.opts.timeout || void 0, () => fail(new Error("timeout")));
      this.#giveUp = () => {
        this.#giveUp = nothing;
        this._readyState = "closed";
        clearTimeout(timer);
        decoder.destroy();
        engine._owner = void 0;
        engine.close();
      };
      this.engine = engine;
      this._readyState = "opening";
      return this;
    }
    /** Does something for each socket that wants to be connected. */
    #each(fn) {
      for (const socket of Object.values(this.nsps)) if (socket.active) fn(socket);
    }
    #onpacket(packet) {
      if (!isValid(packet)) throw new Error("invalid packet");
      this._fire("packet", packet);
      const { nsp, type } = packet;
      const socket = this.nsps[nsp];
      if ((type === CONNECT || type === CONNECT_ERROR) && this._stale.delete(nsp)) {
        if (type === CONNECT) this._write({ type: DISCONNECT, nsp });
        socket?._onopen();
      } else socket?._onpacket(packet);
    }
    #onclose(reason, details) {
      this.#giveUp();
      this._stale.clear();
      this.#attempts = 0;
      this.#each((socket) => socket._onclose(reason, details));
      this._fire("close", reason, details);
      this.#reconnect(reason);
    }
    /** `why` is the connection not there? */
    #reconnect(why) {
      if (this._reconnecting || this._readyState !== "closed") return;
      const isOff = this.#isOff();
      this._reconnecting = !isOff && this.#attempts < this.opts.reconnectionAttempts;
      if (this._reconnecting) {
        const delay = this._delay(this.#attempts++);
        const { _reconnectWithin } = this.engine;
        if (_reconnectWithin) this.#retryIn(Math.random() * _reconnectWithin, []);
        else this.#retryIn(delay, ["online", "visibilitychange"]);
      } else {
        this.#attempts = 0;
        this.#each((socket) => socket._end(why));
        if (!isOff) this._fire("reconnect_failed");
      }
    }
    /** @internal Milliseconds to wait before an attempt (the first is 0). */
    _delay(attempt) {
      return backoff(attempt, this.opts);
    }
    /**
     * With one of the events of the page, the network is back or somebody looks again, so waiting longer is no use; but
     * not all clients of a building should come in one instant.
     */
    #retryIn(ms, events) {
      const timer = after(ms, () => this.#retry());
      const leavePage = onPage(events, ({ type }) => {
        if (type !== "online" && document.hidden) return;
        this.#stopWaiting();
        this.#retryIn(Math.random() * Math.min(ms, 1e3), []);
      });
      this.#stopWaiting = () => {
        clearTimeout(timer);
        leavePage();
      };
    }
    #isOff() {
      return this.#skipReconnect || !this.opts.reconnection;
    }
    #retry() {
      this.#stopWaiting();
      if (!this.#isOff()) this._fire("reconnect_attempt", this.#attempts);
      this._reconnecting = !this.#isOff();
      if (!this._reconnecting) return;
      this.open((error) => {
        this._reconnecting = false;
        if (error) {
          this._fire("reconnect_error", error);
          this.#reconnect(error);
        } else {
          this._fire("reconnect", this.#attempts);
          this.#attempts = 0;
        }
      });
    }
    /** The socket of a namespace, made when there is none. */
    socket(nsp, opts) {
      const socket = this.nsps[nsp] ?? new Socket(this, nsp, opts);
      if (this.opts.autoConnect !== false && !socket.active) socket.connect();
      return socket;
    }
    /**
     * @internal The Manager for a socket that wants to connect: this one, or another if this one has since got another
     * socket for its namespace.
     */
    _home(socket) {
      if ((this.nsps[socket.nsp] ??= socket) !== socket) {
        return new _Manager(this.#origin, { ...this.opts, autoConnect: false })._home(socket);
      }
      if (this._key && !shared.has(this._key)) shared.set(this._key, this);
      return this;
    }
    /** @internal The messages that carry a packet. */
    _encode(packet) {
      return new (this.opts.parser ?? PLAIN).Encoder().encode(packet);
    }
    /** @internal Sends a packet, or the messages that carry it. */
    _write(packet) {
      for (const part of Array.isArray(packet) ? packet : this._encode(packet)) this.engine._write(part);
    }
    /** @internal Forgets a socket, and closes the connection when no other one uses it. */
    _release(socket) {
      if (this.nsps[socket.nsp] === socket) delete this.nsps[socket.nsp];
      if (Object.values(this.nsps).some(({ active }) => active)) return;
      this._close();
      if (shared.get(this._key) === this) shared.delete(this._key);
    }
    /** @internal Closes the connection, for good unless it is opened again. */
    _close() {
      this.#skipReconnect = true;
      this._reconnecting = false;
      this.#stopWaiting();
      if (this._readyState === "open") this.#onclose("forced close");
      else this.#giveUp();
    }
  };

  // src/client.ts
  var protocol = 5;
  function io(uri, options) {
    const { origin, nsp, opts } = parseAddress(uri, options);
    const key = opts.forceNew || opts.multiplex === false ? void 0 : origin + enginePath(opts);
    const cached = shared.get(key);
    const manager = cached && !(nsp in cached.nsps) ? cached : new Manager(origin, opts);
    if (!cached) manager._key = key;
    return manager.socket(nsp, opts);
  }

  // src/features/disposal.ts
  function addDisposal() {
    const methods = Socket.prototype;
    methods[Symbol.dispose] = methods.disconnect;
    methods[Symbol.asyncDispose] = async function() {
      const { engine } = this.disconnect().io;
      if (engine?._isClosing && !engine._isClosed) await new Promise((resolve) => engine.on("close", resolve));
    };
  }

  // src/features/drop-in.ts
  var PACKET_TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
  function addDropIn() {
    addNames();
    for (const direction of ["Any", "AnyOutgoing"]) addCatchAll(direction);
    addSettings();
    hooks._server = ({ hostname, host = hostname, port }) => host && host + (port ? ":" + port : "");
    hooks._observe = observe;
  }
  function addNames() {
    const { on, off } = Emitter.prototype;
    Object.assign(Emitter.prototype, {
      addEventListener: on,
      removeListener: off,
      removeEventListener: off,
      removeAllListeners: off,
      hasListeners(event) {
        return !!this.listeners(event)[0];
      }
    });
    const { connect, disconnect } = Socket.prototype;
    Object.assign(Socket.prototype, {
      open: connect,
      close: disconnect,
      send(...args) {
        return this.emit("message", ...args);
      },
      compress() {
        return this;
      }
    });
  }
  function addCatchAll(direction) {
    const methods = Socket.prototype;
    methods["on" + direction] = function(fn) {
      this._bus.on(direction, fn);
      return this;
    };
    methods["off" + direction] = function(fn) {
      this._bus.off(direction, fn);
      return this;
    };
    methods["prepend" + direction] = function(fn) {
      const others = this._bus.listeners(direction);
      this._bus.off(direction);
      for (const listener of [fn, ...others]) this._bus.on(direction, listener);
      return this;
    };
    methods["listeners" + direction] = function() {
      return this._bus.listeners(direction);
    };
  }
  function addSettings() {
    const methods = Manager.prototype;
    methods.connect = methods.open;
    for (const name in DEFAULTS) {
      methods[name] = function(value) {
        if (value === void 0) return this.opts[name];
        this.opts[name] = value;
        return this;
      };
    }
  }
  function observe(engine) {
    const { _onpacket, _write } = engine;
    engine._onpacket = (type, data) => {
      engine._fire("packet", { type: PACKET_TYPES[+type], data });
      _onpacket(type, data);
    };
    engine._write = (data) => {
      engine._fire("packetCreate", { type: "message", data });
      _write(data);
    };
  }

  // src/transports/request.ts
  function request(link, signal, body, keepalive) {
    const { withCredentials, extraHeaders } = link.opts;
    return fetch(link._url("polling"), {
      method: body ? "POST" : "GET",
      body,
      headers: extraHeaders,
      credentials: withCredentials ? "include" : "same-origin",
      cache: "no-store",
      signal,
      keepalive
    });
  }
  function fitting(queue, maxPayload) {
    let size = 0;
    const tooMany = queue.findIndex((frame) => (size += 3 * (lengthOf(frame) + 1)) > maxPayload);
    return tooMany < 0 ? queue.length : tooMany || 1;
  }

  // src/transports/upgrade.ts
  var memory = { _webSocketWorked: false };
  function upgrade(link, polling2) {
    const isOffered = link._handshake.upgrades.includes("websocket");
    if (!link._mayUpgrade || !isOffered || !webSocketClass(link)) return void 0;
    const abandon = (details) => {
      probe._close();
      polling2._resume();
      link._fire("upgradeError", details);
    };
    const probe = websocket(link, {
      _onopen: () => probe._send(["2probe"]),
      _onend: (_, details) => abandon(details),
      _onframe(frame) {
        if (frame !== "3probe") return abandon(transportError("probe error"));
        polling2._pause(() => {
          memory._webSocketWorked = true;
          probe._send(["5"]);
          probe._owner = link.transport._owner;
          link.transport._owner = void 0;
          link.transport = probe;
          link._fire("upgrade", probe);
        });
      }
    });
    return () => link.transport === probe || probe._close();
  }

  // src/transports/polling.ts
  var SEPARATOR = "";
  function polling(link, owner) {
    const aborter = new AbortController();
    let isPolling = false;
    let isPosting = false;
    let isClosed = false;
    let onpaused;
    let cancelUpgrade;
    const ask = async (parts) => {
      let problem;
      try {
        const response = await request(link, aborter.signal, (await parts)?.join(SEPARATOR));
        if (response.ok) return await response.text();
        problem = [response.status, response];
      } catch (error) {
        problem = [error];
      }
      const { _owner } = transport;
      transport._close();
      _owner?._onend("transport error", transportError(`fetch ${parts ? "write" : "read"} error`, ...problem));
      return void 0;
    };
    const settle = () => {
      if (!isPolling && !isPosting && !isClosed) onpaused?.();
    };
    const poll = async () => {
      isPolling = true;
      while (!isClosed && !onpaused) {
        const text = await ask();
        for (const part of text?.split(SEPARATOR) ?? []) {
          transport._owner?._onframe(part);
          await void 0;
        }
      }
      isPolling = false;
      settle();
    };
    const post = async (frames) => {
      const parts = frames.map(async (frame) => typeof frame === "string" ? frame : "b" + await toBase64(frame));
      await ask(Promise.all(parts));
      isPosting = false;
      settle();
      transport._owner?._ondrain?.();
    };
    const transport = {
      name: "polling",
      _owner: owner,
      _writable: () => !isPosting,
      _busy: () => isPosting || !!onpaused,
      _send(queue) {
        isPosting = true;
        void post(queue.splice(0, fitting(queue, link._handshake?.maxPayload || Infinity)));
      },
      _upgrade() {
        cancelUpgrade = upgrade(link, {
          _pause(callback) {
            onpaused = callback;
            settle();
          },
          _resume() {
            if (!onpaused) return;
            onpaused = void 0;
            if (!isPolling) void poll();
            transport._owner?._ondrain?.();
          }
        });
      },
      _close() {
        if (isClosed) return;
        isClosed = true;
        cancelUpgrade?.();
        transport._owner = void 0;
        const abort = () => aborter.abort();
        if (link.id) request(link, aborter.signal, "1", true).then(abort, abort);
        else abort();
      }
    };
    const { _onpacket } = link;
    link._onpacket = (type, data) => type === "b" ? _onpacket("4", fromBase64(data)) : _onpacket(type, data);
    void poll();
    return transport;
  }

  // src/features/polling.ts
  var FACTORIES = { polling, websocket };
  var chosen = (link, owner) => {
    const { transports = Object.keys(FACTORIES), rememberUpgrade, tryAllTransports } = link.opts;
    const factories = transports.map((it) => FACTORIES[it] ?? it).filter((it) => typeof it === "function");
    link._mayUpgrade = factories.includes(websocket) && link.opts.upgrade !== false;
    if (rememberUpgrade && memory._webSocketWorked && link._mayUpgrade) factories.unshift(websocket);
    const open = () => {
      const factory = factories.shift();
      if (!factory) throw new Error(`unknown transports: ${transports}`);
      return factory(link, {
        ...owner,
        _onend(reason, details) {
          if (!link.id) memory._webSocketWorked = false;
          if (link.id || !tryAllTransports || !factories[0]) owner._onend(reason, details);
          else link.transport = open();
        }
      });
    };
    return open();
  };
  function addPolling() {
    hooks._transport = chosen;
  }

  // src/features/rejoin.ts
  function addRejoin() {
    hooks._rejoin = (socket, why) => {
      const { retryOnRefusal, retryOnServerDisconnect } = socket._options;
      if (!(why === "io server disconnect" ? retryOnServerDisconnect : retryOnRefusal)) return void 0;
      return () => {
        const join = ++socket._joins;
        const stop = () => clearTimeout(timer);
        const timer = after(socket.io._delay(socket._refusals++), () => {
          socket._bus.off("end", stop);
          if (join === socket._joins) socket._onopen();
        });
        socket._bus.on("end", stop);
      };
    };
  }

  // src/features/retries.ts
  var retryQueue = (sender, options) => {
    const { retries, retryWindow = 1, retryIds } = options;
    const entries = [];
    const name = Math.random();
    let count = 0;
    const drain = () => {
      if (sender.connected) for (const entry of entries.slice(0, retryWindow)) entry.send();
    };
    const add = (args, callback, { _timeout, _signal }, mustEnd) => {
      let tries = 0;
      let isOnItsWay = false;
      const entry = {
        args: retryIds ? [...args, `${name}-${count++}`] : args,
        send() {
          if (isOnItsWay) return;
          isOnItsWay = true;
          tries++;
          sender._send(entry.args, onanswer, { _timeout: _timeout ?? Infinity });
        },
        _settle(error, ...answer) {
          const index = entries.indexOf(entry);
          if (index < 0) return;
          entries.splice(index, 1);
          cancel();
          drain();
          if (callback) callUser(callback, void 0, [error, ...answer]);
        }
      };
      const onanswer = (error, ...answer) => {
        isOnItsWay = false;
        if (!error || tries > retries) entry._settle(error, ...answer);
        else drain();
      };
      const dropped = put(entries, entry, options);
      const cancel = expiry({ _timeout: mustEnd && _timeout * (retries + 1), _signal }, entry._settle);
      drain();
      return dropped;
    };
    return { _drain: drain, _add: add };
  };
  function addRetries() {
    hooks._retryQueue = retryQueue;
  }

  // src/features/streams.ts
  function addStreams() {
    Object.defineProperty(Socket.prototype, "closed", {
      get() {
        return new Promise((resolve) => {
          if (this._why) resolve(this._why);
          else this._bus.once("end", resolve);
        });
      }
    });
    Socket.prototype.stream = stream;
  }
  function stream(options = {}) {
    const { signal } = options;
    const events = [];
    let isOver = false;
    let failure;
    let wake;
    const end = () => {
      isOver = true;
      this._bus.off("Any", take).off("end", end);
      signal?.removeEventListener("abort", end);
      wake?.();
    };
    const take = (...event) => {
      try {
        this._drop(put(events, { args: event }, options));
      } catch (error) {
        failure = error;
        end();
      }
      wake?.();
    };
    this._bus.on("Any", take).on("end", end);
    signal?.addEventListener("abort", end);
    if (signal?.aborted || this._why) end();
    return (async function* () {
      try {
        for (; ; ) {
          while (events.length) yield events.shift().args;
          if (failure) throw failure;
          if (isOver) return;
          await new Promise((resolve) => wake = resolve);
        }
      } finally {
        end();
      }
    })();
  }

  // src/index.ts
  addPolling();
  addRetries();
  addRejoin();
  addStreams();
  addDisposal();
  addDropIn();
  var io2 = /* @__PURE__ */ Object.assign(io, {
    io,
    connect: io,
    Manager,
    Socket,
    protocol
  });

  // src/umd.ts
  if (typeof module === "object" && module.exports) module.exports = io2;
  else if (typeof define === "function" && define.amd) define(() => io2);
  else globalThis.io = io2;
})();
//# sourceMappingURL=socket.io.js.map
